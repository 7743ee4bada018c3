import { gzipSync } from 'node:zlib';
import { process, type BadInput } from './bad-input.js';

const load = (
  what: string,
  path: string,
  content: string | Uint8Array | null,
  code: BadInput['code'],
  exit: BadInput['exit'],
  says: readonly string[],
  more: Partial<BadInput> = {},
): BadInput => ({
  what,
  files: { 'm.yml': process().replace('orders.csv', path), ...(content === null ? {} : { [path]: content }) },
  args: ['run', 'm.yml'],
  code,
  exit,
  says,
  ...more,
});
const first = ['run', 'good.yml'];
const whole = gzipSync('id,amount,at\n1,10.50,2026-01-01\n'.repeat(5000));

/** Files and targets that cannot be what the manifest takes them for. */
export const DATA_FILES: readonly BadInput[] = [
  load('a source file that is not there', 'gone.csv', null, 'DPONE_SOURCE_NOT_FOUND', 3, ['gone.csv']),
  load('a pattern that fits no file', 'in/*.csv', null, 'DPONE_SOURCE_NOT_FOUND', 3, ['in/*.csv']),
  load('a format that cannot be told', 'orders.xyz', 'id\n1\n', 'DPONE_OPTION_CONFLICT', 2, ['orders.xyz']),
  load('a CSV file that breaks off in a quote', 'a.csv', 'id,name\n1,"open\n2,b\n', 'DPONE_ROW_INVALID', 3, ['a.csv']),
  load('a CSV line with too many fields', 'a.csv', `id,name\n${'1,a\n'.repeat(50)}7,b,c,d\n`, 'DPONE_ROW_INVALID', 3, [
    'a.csv',
    '52',
  ]),
  load('a CSV line with too few fields', 'a.csv', `id,name,n\n${'1,a,2\n'.repeat(50)}7\n`, 'DPONE_ROW_INVALID', 3, [
    'a.csv',
    '52',
  ]),
  load('a JSON line that is none', 'a.jsonl', '{"id": 1}\n{"id": 2\n{"id": 3}\n', 'DPONE_ROW_INVALID', 3, ['a.jsonl']),
  load('a Parquet file that is none', 'a.parquet', 'PAR1 but not really', 'DPONE_SOURCE_READ', 3, ['a.parquet']),
  load('a gzip file that breaks off', 'a.csv.gz', whole.subarray(0, whole.length - 40), 'DPONE_SOURCE_READ', 3, [
    'a.csv.gz',
  ]),
  load('a gzip file that is none', 'a.csv.gz', 'id\n1\n', 'DPONE_SOURCE_READ', 3, ['a.csv.gz']),
  load(
    'a value that does not fit the target',
    'a.csv',
    'id,amount,at\n3,4.00,2026-01-03\nx,1.00,2026-01-04\n',
    'DPONE_ROW_INVALID',
    3,
    ['a.csv', '3', 'id'],
    {
      after: first,
      files: {
        'm.yml': process('  strategy: {mode: incremental_append}\n').replace('orders.csv', 'a.csv'),
        'a.csv': 'id,amount,at\n3,4.00,2026-01-03\nx,1.00,2026-01-04\n',
      },
    },
  ),
  load('a key that occurs twice', 'a.csv', null, 'DPONE_DUPLICATE_KEY', 1, ['id'], {
    after: first,
    files: {
      'm.yml': process('  strategy: {mode: incremental_merge, unique_key: id}\n').replace('orders.csv', 'a.csv'),
      'a.csv': 'id,amount,at\n1,4.00,2026-01-03\n1,5.00,2026-01-03\n',
    },
  }),
  load('a key that is no column', 'a.csv', null, 'DPONE_MANIFEST_INVALID', 2, ['order_id'], {
    after: first,
    files: { 'm.yml': process('  strategy: {mode: incremental_merge, unique_key: order_id}\n') },
  }),
  load(
    'events of a kind that nobody knows',
    'a.csv',
    null,
    'DPONE_QUALITY_FAILED',
    1,
    ['known.op', 'm.yml:10:3 sink.strategy'],
    {
      files: {
        'm.yml': process(
          '  strategy: {mode: cdc_apply, unique_key: id, cdc: {operation_column: op, order_column: seq}}\n',
        ).replace('orders.csv', 'a.csv'),
        'a.csv': 'id,op,seq\n1,insert,1\n2,explode,2\n',
      },
    },
  ),
  load('a quality rule that is red', 'a.csv', null, 'DPONE_QUALITY_FAILED', 1, ['min_rows'], {
    after: first,
    files: { 'm.yml': process('', 'quality: {checks: [{type: min_rows, value: 100}]}\n') },
  }),
  load('a column that schema evolution may not add', 'a.csv', null, 'DPONE_SCHEMA_BREAKING', 2, ['extra'], {
    after: first,
    files: {
      'm.yml': process(
        '  strategy: {mode: incremental_append}\n  options: {schema_evolution: {mode: strict}}\n',
      ).replace('orders.csv', 'a.csv'),
      'a.csv': 'id,amount,at,extra\n3,4.00,2026-01-03,x\n',
    },
  }),
  load('a target file that is no database', 'orders.csv', null, 'DPONE_CONNECTION_FAILED', 3, ['shop.duckdb'], {
    files: {
      'm.yml': process(),
      'shop.duckdb': 'this is a text of some length, and no database file at all\n'.repeat(100),
    },
  }),
  load(
    'a target in a folder that is a file',
    'orders.csv',
    null,
    'DPONE_CONNECTION_FAILED',
    3,
    ['orders.csv/shop.duckdb'],
    {
      files: { 'm.yml': process().replace('shop.duckdb', 'orders.csv/shop.duckdb') },
    },
  ),
];
