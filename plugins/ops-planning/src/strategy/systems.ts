const ALIASES: Readonly<Record<string, string>> = {
  sqlserver: 'mssql',
  sql_server: 'mssql',
  postgresql: 'postgres',
  bq: 'bigquery',
  api: 'rest',
};

/** `SQL-Server` is `mssql`. */
export function systemName(type: string): string {
  const name = type.trim().toLowerCase().replaceAll('-', '_');
  return ALIASES[name] ?? name;
}

/** Systems with tables whose rows can be changed. */
export const DATABASES: ReadonlySet<string> = new Set(['mssql', 'postgres', 'clickhouse', 'bigquery']);
