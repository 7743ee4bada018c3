import { BAD_LINES, csv, day1, day2, day2New, mergedById, type Order } from './shop.js';

/** A load whose second day is killed at every step: what is there before, and what must be there in the end. */
export interface Scenario {
  readonly name: string;
  readonly manifest: string;
  /** Files of day 1, loaded without a kill; none where the very first load is the one that is killed. */
  readonly before: Readonly<Record<string, string>>;
  /** Files added or replaced before the load that is killed. */
  readonly after: Readonly<Record<string, string>>;
  readonly expected: readonly Order[];
  /** Lines that every committed load of day 2 sets aside. */
  readonly rejected: number;
  /** True where the strategy only differs in what finalize does: then it is killed there alone. */
  readonly finalizeAlone?: true;
}

/** The steps that a scenario is killed at. */
export const stepsOf = <S extends string>(
  steps: readonly S[],
  { finalizeAlone }: Pick<Scenario, 'finalizeAlone'>,
): S[] => steps.filter((step) => finalizeAlone !== true || step.startsWith('finalize.'));

const COLUMNS =
  '[{name: id, type: bigint}, {name: customer, type: text}, {name: amount, type: "decimal(12,2)"}, {name: at, type: timestamp}]';

const manifest = (source: string, strategy: string, extra: string = ''): string => `
name: orders
source:
  type: files
  options: {${source}, columns: ${COLUMNS}}
sink:
  type: duckdb
  connection: shop.duckdb
  table: {schema: main, name: orders}
  strategy: {${strategy}}
${extra}`;

const QUARANTINE = 'schema_contract: {enforcement: quarantine}\n';

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'full_refresh, first load',
    manifest: manifest('path: data/orders.csv', 'mode: full_refresh'),
    before: {},
    after: { 'data/orders.csv': csv(day1) },
    expected: day1,
    rejected: 0,
  },
  {
    name: 'full_refresh',
    manifest: manifest('path: data/orders.csv', 'mode: full_refresh'),
    before: { 'data/orders.csv': csv(day1) },
    after: { 'data/orders.csv': csv(day2) },
    expected: day2,
    rejected: 0,
  },
  {
    name: 'incremental_append by new files',
    manifest: manifest('path: "data/*.csv", incremental_strategy: new_files', 'mode: incremental_append'),
    before: { 'data/day1.csv': csv(day1) },
    after: { 'data/day2.csv': csv(day2New) },
    expected: [...day1, ...day2New],
    rejected: 0,
  },
  {
    name: 'incremental_append by a column',
    manifest: manifest('path: data/orders.csv, incremental_column: id', 'mode: incremental_append'),
    before: { 'data/orders.csv': csv(day1) },
    after: { 'data/orders.csv': csv([...day1, ...day2New]) },
    expected: [...day1, ...day2New],
    rejected: 0,
  },
  {
    name: 'incremental_merge with quarantine, first load',
    manifest: manifest('path: data/orders.csv', 'mode: incremental_merge, unique_key: id', QUARANTINE),
    before: {},
    after: { 'data/orders.csv': csv(day2, BAD_LINES) },
    expected: day2,
    rejected: BAD_LINES.length,
  },
  {
    name: 'incremental_merge with quarantine',
    manifest: manifest('path: data/orders.csv', 'mode: incremental_merge, unique_key: id', QUARANTINE),
    before: { 'data/orders.csv': csv(day1) },
    after: { 'data/orders.csv': csv(day2, BAD_LINES) },
    expected: mergedById(day1, day2),
    rejected: BAD_LINES.length,
  },
  {
    name: 'scd2',
    manifest: manifest('path: data/orders.csv', 'mode: scd2, unique_key: id'),
    before: { 'data/orders.csv': csv(day1) },
    after: { 'data/orders.csv': csv(day2) },
    expected: [...day1, ...day2],
    rejected: 0,
    finalizeAlone: true,
  },
  {
    name: 'partition_replace',
    manifest: manifest(
      'path: data/orders.csv',
      'mode: partition_replace, partition: {column: customer, max_partitions_per_run: 200}',
    ),
    before: { 'data/orders.csv': csv(day1) },
    after: { 'data/orders.csv': csv(day2) },
    expected: [...day1.filter((o) => !day2.some(({ customer }) => customer === o.customer)), ...day2],
    rejected: 0,
    finalizeAlone: true,
  },
];
