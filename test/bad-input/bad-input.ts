import type { ErrorCode } from '@dpone/sdk';

/** One wrong input: what is in the project, what is called, and the one clear answer that it must get. */
export interface BadInput {
  readonly what: string;
  /** Files of the project besides {@link PROJECT}; bytes where text will not do. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: ErrorCode;
  readonly exit: 1 | 2 | 3;
  /** What the message, the place or the remedy must name. */
  readonly says: readonly string[];
  /** Runs before it, to be green: the target then exists, and must stay as it is. */
  readonly after?: readonly string[];
}

/** A password that no output may show. */
export const SECRET = 'hunter2-never-shown';

export const process = (sink = '', more = '', source = ''): string =>
  `name: orders
source:
  type: files
  options:
    path: orders.csv
${source}sink:
  type: duckdb
  connection: shop.duckdb
  table: raw.orders
${sink}${more}`;

/** What every project of the table has. */
export const PROJECT: Readonly<Record<string, string>> = {
  'orders.csv': 'id,amount,at\n1,10.50,2026-01-01\n2,3.25,2026-01-02\n',
  'good.yml': process(),
  'batch.yml': `kind: dpone.batch.v1
naming: {process_name: "{{ src_table }}", sink_table: "{{ src_table }}"}
defaults:
  source: {type: files, options: {path: orders.csv}}
  sink: {type: duckdb, connection: shop.duckdb}
schemas:
  shop: {tables: [orders, items]}
`,
};
