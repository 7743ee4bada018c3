import { BAD_LINES, csv, day1, day2, day2New, mergedById, type Order } from './shop.js';
import { shopTable, upsert } from './postgres-shop.js';

/** A load into Postgres whose second day is killed at every step. */
export interface PostgresScenario {
  readonly name: string;
  readonly manifest: (uri: string) => string;
  /** What day 1 brings: files, and statements on the server; nothing where the very first load is the one that is killed. */
  readonly before?: Day;
  readonly after: Day;
  readonly expected: readonly Order[];
  readonly rejected: number;
  /** True where the strategy only differs in what finalize does: then it is killed there alone. */
  readonly finalizeAlone?: true;
}

interface Day {
  readonly files?: Readonly<Record<string, string>>;
  /** Before the day's load. */
  readonly sql?: string;
  /** After it. */
  readonly afterwards?: string;
}

const COLUMNS =
  '[{name: id, type: integer}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';
const FILES = `{type: files, options: {path: data/orders.csv, columns: ${COLUMNS}}}`;
const server = (uri: string, options: string): string =>
  `{type: postgres, connection: "${uri}", table: shop.orders, options: {${options}}}`;

const manifest =
  (source: (uri: string) => string, strategy: string, extra: string = '') =>
  (uri: string): string =>
    `
name: orders
source: ${source(uri)}
sink: {type: postgres, connection: "${uri}", table: mart.orders, strategy: {${strategy}}}
${extra}`;

const file = (orders: readonly Order[], bad: readonly string[] = []): Day => ({
  files: { 'data/orders.csv': csv(orders, bad) },
});

const DELETED = 'DELETE FROM shop.orders WHERE id <= 10';
const kept = mergedById(day1, day2).filter(({ id }) => id > 10);

export const POSTGRES_SCENARIOS: readonly PostgresScenario[] = [
  {
    name: 'full_refresh, first load',
    manifest: manifest(() => FILES, 'mode: full_refresh'),
    after: file(day1),
    expected: day1,
    rejected: 0,
  },
  {
    name: 'full_refresh by swap',
    manifest: manifest(() => FILES, 'mode: full_refresh'),
    before: {
      ...file(day1),
      afterwards: 'ALTER TABLE mart.orders ADD PRIMARY KEY (id); CREATE INDEX ON mart.orders (customer)',
    },
    after: file(day2),
    expected: day2,
    rejected: 0,
  },
  {
    name: 'full_refresh of a table that a view stands on',
    manifest: manifest(() => FILES, 'mode: full_refresh'),
    before: { ...file(day1), afterwards: 'CREATE VIEW mart.large AS SELECT * FROM mart.orders WHERE amount > 100' },
    after: file(day2),
    expected: day2,
    rejected: 0,
  },
  {
    name: 'incremental_merge with quarantine',
    manifest: manifest(
      () => FILES,
      'mode: incremental_merge, unique_key: id',
      'schema_contract: {enforcement: quarantine}\n',
    ),
    before: { ...file(day1), afterwards: 'ALTER TABLE mart.orders ADD PRIMARY KEY (id)' },
    after: file(day2, BAD_LINES),
    expected: mergedById(day1, day2),
    rejected: BAD_LINES.length,
  },
  {
    name: 'Postgres to Postgres, incremental_append by a column',
    manifest: manifest((uri) => server(uri, 'incremental_column: id'), 'mode: incremental_append'),
    before: { sql: shopTable(day1) },
    after: { sql: upsert(day2New) },
    expected: [...day1, ...day2New],
    rejected: 0,
  },
  {
    name: 'Postgres to Postgres, incremental_merge by xmin',
    manifest: manifest((uri) => server(uri, 'incremental_strategy: xmin'), 'mode: incremental_merge, unique_key: id'),
    before: { sql: shopTable(day1) },
    after: { sql: upsert(day2) },
    expected: mergedById(day1, day2),
    rejected: 0,
  },
  {
    name: 'Postgres to Postgres, snapshot_diff',
    manifest: manifest((uri) => server(uri, ''), 'mode: snapshot_diff, unique_key: id'),
    before: { sql: shopTable(day1) },
    after: { sql: `${upsert(day2)}; ${DELETED}` },
    expected: kept,
    rejected: 0,
    finalizeAlone: true,
  },
  {
    name: 'Postgres to Postgres, cdc_apply',
    manifest: manifest((uri) => server(uri, ''), 'mode: cdc_apply, unique_key: id'),
    before: { sql: shopTable(day1) },
    after: { sql: `${upsert(day2)}; ${DELETED}` },
    expected: kept,
    rejected: 0,
    finalizeAlone: true,
  },
];
