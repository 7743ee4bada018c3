/** SQL by the server's own HTTP interface, without a client library. */
export interface ClickHouseSql {
  /** Runs one statement and returns its rows; 64-bit integers and decimals come as text. */
  sql<Row = Record<string, unknown>>(
    text: string,
    database?: string,
    settings?: Readonly<Record<string, string>>,
  ): Promise<Row[]>;
}

/** Exact: what JavaScript's numbers cannot hold comes as text. */
const EXACT = {
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_decimals: '1',
  output_format_json_quote_denormals: '1',
};

export function clickhouseSql(base: URL): ClickHouseSql {
  return {
    async sql<Row>(
      text: string,
      database = 'default',
      settings: Readonly<Record<string, string>> = {},
    ): Promise<Row[]> {
      const url = new URL(base.protocol === 'https:' ? base : `http://${base.host}/`);
      url.pathname = '/';
      const parameters = { ...EXACT, ...settings, database, default_format: 'JSONEachRow' };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      const user = decodeURIComponent(base.username) || 'default';
      const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': decodeURIComponent(base.password) };
      const response = await fetch(url, { method: 'POST', body: text, headers });
      const said = await response.text();
      if (!response.ok) throw new Error(said.trim());
      return said
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row);
    },
  };
}
