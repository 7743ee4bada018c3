import { process, type BadInput } from './bad-input.js';

const call = (
  what: string,
  args: readonly string[],
  code: BadInput['code'],
  says: readonly string[],
  more: Partial<BadInput> = {},
): BadInput => ({
  what,
  args,
  code,
  exit: 2,
  says,
  ...more,
});
const init = [
  'init',
  '--source-type',
  'files',
  '--source-connection',
  'orders.csv',
  '--sink-type',
  'duckdb',
  '--sink-connection',
  'shop.duckdb',
  '--target-table',
  'raw.orders',
];

/** Wrong commands, flags and arguments. */
export const FLAGS: readonly BadInput[] = [
  call('a command that is none', ['ran', 'good.yml'], 'DPONE_USAGE', ['ran']),
  call('run without a manifest', ['run'], 'DPONE_USAGE', ['manifest']),
  call('run with an argument too many', ['run', 'good.yml', 'other.yml'], 'DPONE_USAGE', ['other.yml']),
  call('a flag that is none', ['run', 'good.yml', '--paralel', '2'], 'DPONE_USAGE', ['--paralel']),
  call('a flag without its value', ['run', 'good.yml', '--run-id'], 'DPONE_USAGE', ['--run-id']),
  call('a format that is none', ['run', 'good.yml', '--format', 'yaml'], 'DPONE_USAGE', ['--format', 'json']),
  call('a flag with a number that is none', ['run', 'good.yml', '--parallel', 'two'], 'DPONE_USAGE', ['two']),
  call('a flag with a number out of range', ['run', 'good.yml', '--parallel', '0'], 'DPONE_USAGE', ['1']),
  call('a negative retry', ['run', 'good.yml', '--retry-attempts=-1'], 'DPONE_USAGE', ['-1']),
  call('flags that exclude each other', ['run', 'batch.yml', '--all', '--selector', 'shop.orders'], 'DPONE_USAGE', [
    '--all',
    '--selector',
  ]),
  call('several processes and no selector', ['run', 'batch.yml'], 'DPONE_SELECTOR', [
    'shop.orders',
    'shop.items',
    '--all',
  ]),
  call('a selector that fits nothing', ['run', 'batch.yml', '--selector', 'shop.order'], 'DPONE_SELECTOR', [
    'shop.order',
    'shop.orders',
  ]),
  call('following what is read anew each time', ['run', 'good.yml', '--follow'], 'DPONE_OPTION_CONFLICT', [
    'full_refresh',
    'incremental_append',
  ]),
  call('a duration that is none', ['run', 'good.yml', '--follow', '--commit-interval', '5 min'], 'DPONE_USAGE', [
    '5 min',
    '500ms',
  ]),
  call('a size of commits without following', ['run', 'good.yml', '--commit-rows', '5'], 'DPONE_USAGE', ['--follow']),
  call('a run id that no file can have', ['run', 'good.yml', '--run-id', '../x'], 'DPONE_USAGE', ['../x']),
  call('a manifest that is not there', ['run', 'gone.yml'], 'DPONE_FILE_NOT_FOUND', ['gone.yml']),
  call('a folder as a manifest', ['run', '.'], 'DPONE_MANIFEST_INVALID', ['.yml']),
  call('a folder named like a manifest', ['run', 'm.yml'], 'DPONE_FILE_UNREADABLE', ['is a folder'], {
    files: { 'm.yml/x': '' },
  }),
  call('plan with a broken manifest', ['plan', 'm.yml'], 'DPONE_MANIFEST_UNKNOWN_KEY', ['"nmae"', '"name"'], {
    files: { 'm.yml': process('', 'nmae: a\n') },
  }),
  call('check with a broken manifest', ['check', 'm.yml'], 'DPONE_MANIFEST_UNKNOWN_KEY', ['"nmae"'], {
    files: { 'm.yml': process('', 'nmae: a\n') },
  }),
  call('doctor with a manifest that is not there', ['doctor', 'gone.yml'], 'DPONE_FILE_NOT_FOUND', ['gone.yml']),
  call('preview of a manifest that is not there', ['preview', 'gone.yml'], 'DPONE_FILE_NOT_FOUND', ['gone.yml']),
  call('preview of too many rows', ['preview', 'good.yml', '--rows', '999999'], 'DPONE_USAGE', ['10000']),
  call('history without a manifest', ['history'], 'DPONE_USAGE', ['manifest']),
  call('state inspect of a manifest that is not there', ['state', 'inspect', 'gone.yml'], 'DPONE_FILE_NOT_FOUND', [
    'gone.yml',
  ]),
  call('state reset without a selector', ['state', 'reset', 'batch.yml', '--yes'], 'DPONE_SELECTOR', ['shop.orders']),
  call(
    'explain of a process that is none',
    ['manifest', 'explain', 'batch.yml', '--selector', 'shop.gone'],
    'DPONE_SELECTOR',
    ['shop.gone'],
  ),
  call('a connector that is none', ['connectors', 'describe', 'duckbd'], 'DPONE_TYPE_UNKNOWN', ['duckbd']),
  call('init without what it needs', ['init', '--source-type', 'files'], 'DPONE_USAGE', ['--sink-type', '--out']),
  call(
    'init with a source that is none',
    ['init', '--source-type', 'filez', '--sink-type', 'duckdb', '--out', 'new.yml'],
    'DPONE_TYPE_UNKNOWN',
    ['filez'],
  ),
  call(
    'init with a strategy that is none',
    [...init, '--strategy', 'merge', '--out', 'new.yml'],
    'DPONE_TYPE_UNKNOWN',
    ['merge'],
  ),
  call(
    'init of a merge without a key',
    [...init, '--strategy', 'incremental_merge', '--out', 'new.yml'],
    'DPONE_OPTION_CONFLICT',
    ['unique'],
  ),
  call('init over a file that is there', [...init, '--out', 'good.yml'], 'DPONE_FILE_EXISTS', ['good.yml', '--force']),
  call('init with an option that is no pair', [...init, '--source-option', 'path', '--out', 'new.yml'], 'DPONE_USAGE', [
    'KEY=VALUE',
  ]),
  call(
    'init with a name that no file can have',
    [...init, '--name', 'a/b', '--out', 'new.yml'],
    'DPONE_INPUT_INVALID',
    ['name'],
  ),
  call('an error asked for as JSON', ['run', 'gone.yml', '--format', 'json'], 'DPONE_FILE_NOT_FOUND', [
    '"code": "DPONE_FILE_NOT_FOUND"',
  ]),
];
