import { process, type BadInput } from './bad-input.js';

const plan = (what: string, strategy: string, code: BadInput['code'], says: readonly string[]): BadInput => ({
  what,
  files: { 'm.yml': process(`  strategy: ${strategy}\n`) },
  args: ['plan', 'm.yml'],
  code,
  exit: 2,
  says: ['m.yml:10:', ...says],
});

/** Options of strategies that no load can follow: refused when it is planned, with the place where they were written. */
export const STRATEGIES: readonly BadInput[] = [
  plan('a key that the source lacks', '{mode: scd2, unique_key: idd}', 'DPONE_MANIFEST_INVALID', ['mean "id"']),
  plan('partitions by nothing', '{mode: partition_replace}', 'DPONE_OPTION_CONFLICT', ['partition.column']),
  plan(
    'partitions by a column that the load lacks',
    '{mode: partition_replace, partition: {column: amout}}',
    'DPONE_MANIFEST_INVALID',
    ['"amout"', 'mean "amount"'],
  ),
  plan(
    'a window of a column that the load lacks',
    "{mode: replace, window: {column: tat, from: '2026-01-01'}}",
    'DPONE_MANIFEST_INVALID',
    ['"tat"', 'mean "at"'],
  ),
  plan(
    'a window from a day that there is not',
    "{mode: replace, window: {column: at, from: '2026-02-30', to: '2026-04-01'}}",
    'DPONE_OPTION_CONFLICT',
    ['no day 2026-02-30', 'window.from'],
  ),
  plan(
    'a window that ends before it begins',
    "{mode: replace, window: {column: at, from: '2026-03-01', to: '2026-01-01'}}",
    'DPONE_OPTION_CONFLICT',
    ['no row is from 2026-03-01 to before 2026-01-01'],
  ),
  plan('events without an order', '{mode: cdc_apply, unique_key: id}', 'DPONE_OPTION_CONFLICT', ['order_column']),
  plan('row versions of what is no Postgres', '{mode: xmin, unique_key: id}', 'DPONE_CAPABILITY', [
    'xmin',
    'new_files',
    'use incremental_merge',
  ]),
];
