import { process, SECRET, type BadInput } from './bad-input.js';

const run = (
  what: string,
  text: string,
  code: BadInput['code'],
  says: readonly string[],
  more: Partial<BadInput> = {},
): BadInput => ({
  what,
  files: { 'm.yml': text },
  args: ['run', 'm.yml'],
  code,
  exit: 2,
  says,
  ...more,
});
const options = (text: string): string => process(`  options: ${text}\n`);
const batch = (text: string, tables = '[orders]'): string =>
  `kind: dpone.batch.v1
naming: {process_name: "{{ src_table }}"}
defaults:
  source: {type: files, options: {path: orders.csv}}
  sink: {type: duckdb, connection: shop.duckdb, table: raw.orders}
schemas: {shop: {tables: ${tables}}}
${text}`;

/** Manifests that are wrong in themselves: nothing is even looked at. */
export const MANIFESTS: readonly BadInput[] = [
  run('an empty manifest', '', 'DPONE_MANIFEST_INVALID', ['m.yml', 'is empty']),
  run('a list instead of a map', '- a\n', 'DPONE_MANIFEST_INVALID', ['m.yml:1', 'not a list']),
  run('broken YAML', `name: a\nsource: {type: "${SECRET}\n`, 'DPONE_MANIFEST_SYNTAX', ['m.yml:']),
  run('a tab as indentation', 'name: a\nsource:\n\ttype: files\n', 'DPONE_MANIFEST_SYNTAX', ['m.yml:3']),
  run('a key given twice', process('', 'name: b\n'), 'DPONE_MANIFEST_SYNTAX', ['m.yml:10', '"name" is given twice']),
  run('an alias without an anchor', process('', 'description: *gone\n'), 'DPONE_MANIFEST_SYNTAX', ['gone']),
  run(
    'an alias bomb',
    `a0: &a0 [x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]`).join('\n')}\n`,
    'DPONE_MANIFEST_SYNTAX',
    ['100000 values'],
  ),
  run('two documents', `${process()}---\n${process()}`, 'DPONE_MANIFEST_SYNTAX', ['more than one YAML document']),
  run('broken JSON', '', 'DPONE_MANIFEST_SYNTAX', ['m.json:2', 'not valid JSON'], {
    files: { 'm.json': `{"name": "a",\n"password": "${SECRET}",,}` },
    args: ['run', 'm.json'],
  }),
  run('bytes that are no text', '', 'DPONE_MANIFEST_SYNTAX', ['not UTF-8'], {
    files: { 'm.yml': new Uint8Array([0xff, 0xfe, 0x00]) },
  }),
  run('a module that throws', '', 'DPONE_MANIFEST_SYNTAX', ['m.mjs', 'nothing here'], {
    files: { 'm.mjs': 'throw new Error("nothing here");' },
    args: ['run', 'm.mjs'],
  }),
  run('a module without a default export', '', 'DPONE_MANIFEST_INVALID', ['no default export'], {
    files: { 'm.mjs': 'export const a = 1;' },
    args: ['run', 'm.mjs'],
  }),
  run('a module that gives what is no data', '', 'DPONE_MANIFEST_INVALID', ['name is a function'], {
    files: { 'm.mjs': 'export default { name: () => 1 };' },
    args: ['run', 'm.mjs'],
  }),
  run('an ending that is not known', '', 'DPONE_MANIFEST_INVALID', ['m.txt', '.yml'], {
    files: { 'm.txt': process() },
    args: ['run', 'm.txt'],
  }),
  run('an unknown kind', `kind: dpone.multi.v1\n${process()}`, 'DPONE_MANIFEST_INVALID', ['m.yml:1', 'dpone.batch.v1']),
  run('a misspelled key at the top', process('', 'qualty: {}\n'), 'DPONE_MANIFEST_UNKNOWN_KEY', [
    'm.yml:10:1',
    '"qualty"',
    '"quality"',
  ]),
  run('a misspelled key of the sink', process('  stratgy: {mode: full_refresh}\n'), 'DPONE_MANIFEST_UNKNOWN_KEY', [
    'm.yml:10:3',
    '"strategy"',
  ]),
  run(
    'uniqe_key, which the reference system takes for nothing',
    process('  strategy: {mode: incremental_merge, uniqe_key: id}\n'),
    'DPONE_MANIFEST_UNKNOWN_KEY',
    ['uniqe_key', 'unique_key', 'm.yml:10'],
  ),
  run('a misspelled option of a connector', process('', '', '    pth: x\n'), 'DPONE_MANIFEST_UNKNOWN_KEY', [
    'pth',
    'path',
    'm.yml:6',
  ]),
  run(
    'a misspelled key in a nested block',
    options('{schema_evolution: {mod: strict}}'),
    'DPONE_MANIFEST_UNKNOWN_KEY',
    ['"mod"', '"mode"'],
  ),
  run('a key in the wrong place', process('  unique_key: id\n'), 'DPONE_MANIFEST_UNKNOWN_KEY', ['sink.strategy']),
  run('no name', process().replace('name: orders\n', ''), 'DPONE_MANIFEST_INVALID', ['name is missing']),
  run('a name that no file can have', process().replace('name: orders', 'name: a/b'), 'DPONE_MANIFEST_INVALID', [
    'm.yml:1',
    'letters, digits',
  ]),
  run('no source', 'name: a\nsink: {type: duckdb, connection: x.duckdb, table: t}\n', 'DPONE_MANIFEST_INVALID', [
    'source is missing',
  ]),
  run('no sink', 'name: a\nsource: {type: files}\n', 'DPONE_MANIFEST_INVALID', ['sink is missing']),
  run('a sink without type', process().replace('  type: duckdb\n', ''), 'DPONE_MANIFEST_INVALID', [
    'sink.type is missing',
  ]),
  run(
    'a source that is a text',
    process().replace(/source:\n.*\n.*\n.*\n/, 'source: files\n'),
    'DPONE_MANIFEST_INVALID',
    ['source must be a map'],
  ),
  run('no target table', process().replace('  table: raw.orders\n', ''), 'DPONE_MANIFEST_INVALID', [
    'duckdb sink needs a table',
  ]),
  run('a table of three parts', process().replace('raw.orders', 'a.b.c'), 'DPONE_MANIFEST_INVALID', [
    'm.yml:9',
    'schema.name',
  ]),
  run('no connection', process().replace('  connection: shop.duckdb\n', ''), 'DPONE_CONNECTION_INVALID', [
    'sink.connection',
  ]),
  run('a number that is none', process('', 'engine: {parallel: many}\n'), 'DPONE_MANIFEST_INVALID', [
    'engine.parallel',
    'a number',
  ]),
  run('a number out of range', process('', 'engine: {memory_mb: 1}\n'), 'DPONE_MANIFEST_INVALID', [
    'engine.memory_mb',
    '64',
  ]),
  run('a boolean that is none', options('{schema_evolution: {enabled: perhaps}}'), 'DPONE_MANIFEST_INVALID', [
    'enabled',
    'true or false',
  ]),
  run('a preset that is none', options('{lineage: {preset: minimum}}'), 'DPONE_MANIFEST_INVALID', ['"minimal"']),
  run('a lane that is none', process('', 'engine: {lanes: [parket]}\n'), 'DPONE_MANIFEST_INVALID', [
    'engine.lanes',
    'parquet',
  ]),
  run(
    'a quality check that is none',
    process('', 'quality: {checks: [{type: not_nul, column: id}]}\n'),
    'DPONE_MANIFEST_INVALID',
    ['"not_null"'],
  ),
  run(
    'a quality check without its column',
    process('', 'quality: {checks: [{type: unique}]}\n'),
    'DPONE_OPTION_CONFLICT',
    ['unique needs column', 'm.yml:10'],
  ),
  run(
    'a cursor column together with xmin',
    process('', '', '    incremental_strategy: xmin\n    incremental_column: id\n'),
    'DPONE_OPTION_CONFLICT',
    ['exclude each other'],
  ),
  run(
    'a column cursor without a column',
    process('', '', '    incremental_strategy: column\n'),
    'DPONE_OPTION_CONFLICT',
    ['needs incremental_column'],
  ),
  run('a connection and a connection_id', process('  connection_id: shop\n'), 'DPONE_OPTION_CONFLICT', [
    'exclude each other',
  ]),
  run('a merge without a key', process('  strategy: {mode: incremental_merge}\n'), 'DPONE_OPTION_CONFLICT', [
    'unique_key',
  ]),
  run(
    'a value of a strategy option that is none',
    process('  strategy: {mode: full_refresh, overwrite_type: swapp}\n'),
    'DPONE_MANIFEST_INVALID',
    ['overwrite_type', 'm.yml:10'],
  ),
  run(
    'a cursor that the source does not have',
    process('  strategy: {mode: incremental_append}\n', '', '    incremental_strategy: xmin\n'),
    'DPONE_CAPABILITY',
    ['xmin'],
  ),
  run('a source type that nobody provides', process().replace('type: files', 'type: postgrez'), 'DPONE_TYPE_UNKNOWN', [
    'postgrez',
    'plugins install',
  ]),
  run('a sink type that nobody provides', process().replace('type: duckdb', 'type: duckbd'), 'DPONE_TYPE_UNKNOWN', [
    'duckbd',
    'duckdb',
  ]),
  run(
    'a strategy that nobody provides',
    process('  strategy: {mode: incremental_merg, unique_key: id}\n'),
    'DPONE_TYPE_UNKNOWN',
    ['incremental_merg'],
  ),
  run(
    'a secrets provider that nobody provides',
    process().replace('connection: shop.duckdb', 'connection_type: volt\n  connection_id: shop'),
    'DPONE_TYPE_UNKNOWN',
    ['volt'],
  ),
  run(
    'a variable that is not set',
    process().replace('orders.csv', '${DPONE_TEST_GONE}/orders.csv'),
    'DPONE_MANIFEST_VARIABLE',
    ['DPONE_TEST_GONE', 'm.yml:5'],
  ),
  run('a reference that is malformed', process('', 'description: "${not a name}"\n'), 'DPONE_MANIFEST_VARIABLE', [
    'm.yml:10',
    '$${',
  ]),
  run(
    'a secret that is not set',
    process().replace('connection: shop.duckdb', 'connection_type: env\n  connection_id: dpone-test'),
    'DPONE_SECRET_NOT_FOUND',
    ['DPONE_TEST_HOST', 'DPONE_TEST_URL'],
  ),
  run(
    'params that are no JSON',
    process().replace('connection: shop.duckdb', `connection_type: params\n  connection_id: 'password=${SECRET}'`),
    'DPONE_CONNECTION_INVALID',
    ['JSON object'],
  ),
  run(
    'a password in a value that does not fit',
    process().replace('connection: shop.duckdb', `connection: {paht: x, password: ${SECRET}}`),
    'DPONE_MANIFEST_UNKNOWN_KEY',
    ['paht'],
  ),
  run(
    'a secret variable where a word is wanted',
    options('{technical_columns: "${DPONE_TEST_PW}"}'),
    'DPONE_MANIFEST_INVALID',
    ['technical_columns', 'required'],
    { env: { DPONE_TEST_PW: SECRET } },
  ),
  run(
    'a template with an undefined variable',
    batch('').replace('orders.csv', '"{{ nowhere }}.csv"'),
    'DPONE_MANIFEST_TEMPLATE',
    ['nowhere is not defined', 'm.yml:4'],
  ),
  run('a template that is no template', batch('').replace('orders.csv', '"{{ src_table"'), 'DPONE_MANIFEST_TEMPLATE', [
    'm.yml:4',
  ]),
  run('variables in a circle', batch('vars: {a: "{{ b }}", b: "-{{ a }}"}\n'), 'DPONE_MANIFEST_TEMPLATE', [
    'not settled',
  ]),
  run('a reserved variable', batch('vars: {src_schema: x}\n'), 'DPONE_MANIFEST_INVALID', ['src_schema']),
  run('a batch without tables', batch('', '[]'), 'DPONE_MANIFEST_INVALID', ['at least one table']),
  run('two processes of one name', batch('', '[orders, {table: orders, id: again}]'), 'DPONE_MANIFEST_INVALID', [
    'two processes are named orders',
  ]),
  run(
    'a misspelled key in a batch, told once',
    batch('', '[a, b, c]').replace('  sink: {', '  sink: {tpye: x, '),
    'DPONE_MANIFEST_UNKNOWN_KEY',
    ['"tpye"', '"type"', 'm.yml:5'],
  ),
  run(
    'a convention that is none',
    batch('convention: landing_raw\n').replace('landing_raw', 'landing_rav_v1'),
    'DPONE_MANIFEST_INVALID',
    ['"landing_raw_v1"'],
  ),
  run('a registry that is not there', batch('registry: sources.yml\n'), 'DPONE_FILE_NOT_FOUND', ['sources.yml']),
  run(
    'a registry without the system',
    batch('registry: r.yml\nvars: {src_system: a, src_database: b}\n'),
    'DPONE_MANIFEST_INVALID',
    ['src_system "a"', 'shop/main'],
    {
      files: {
        'm.yml': batch('registry: r.yml\nvars: {src_system: a, src_database: b}\n'),
        'r.yml': '[{src_system: shop, src_database: main, host: h}]',
      },
    },
  ),
  run(
    'dependencies in a circle',
    batch('', '[{table: a, depends_on: ["#shop.b"]}, {table: b, depends_on: ["#shop.a"]}]'),
    'DPONE_DEPENDENCY_CYCLE',
    ['a -> b -> a'],
  ),
  run(
    'a dependency on a manifest that is not there',
    process('', 'depends_on: other.yml\n'),
    'DPONE_FILE_NOT_FOUND',
    ['other.yml'],
    { args: ['run', 'm.yml', '--with-dependencies'] },
  ),
];
