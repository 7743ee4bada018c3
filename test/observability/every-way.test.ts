import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

describe('a load, whoever begins it', function () {
  this.timeout(120_000);
  let at: TempProject;
  beforeEach(() => {
    at = tempProject({
      'in/a.csv': 'id,name\n1,Ada\n2,Grace\n',
      'orders.yml': `name: orders
source: {type: files, options: {path: in/a.csv}}
sink: {type: duckdb, connection: shop.duckdb, table: orders, strategy: {mode: incremental_merge, unique_key: id}}
observability: {openlineage: {file: lineage.jsonl}}
`,
    });
  });
  afterEach(() => at.remove());

  const run = (...args: string[]): Promise<CliResult> => dpone([...args, '--format', 'json'], { cwd: at.path });
  /** What was told of the load since it was last asked. */
  const told = (): string[] => {
    const path = at.file('lineage.jsonl');
    const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
    rmSync(path, { force: true });
    return lines.map((line) => (JSON.parse(line) as { eventType: string }).eventType);
  };
  const WHOLE = ['START', 'RUNNING', 'COMPLETE'];

  it('is told of once: by run, a scheduler, a resume, a resync, or a program', async () => {
    linkPlugins(at, 'observability');
    const began = async (begin: Promise<CliResult>, code = 0): Promise<string[]> => {
      const result = await begin;
      expect(result.code, result.stdout + result.stderr).to.equal(code);
      return told();
    };
    expect(await began(run('run', 'orders.yml')), 'run').to.deep.equal(WHOLE);
    expect(await began(run('orchestrate', 'run', '--manifest', 'orders.yml')), 'orchestrate run').to.deep.equal(WHOLE);
    const part = ['--key-from', '1', '--key-to', '1'];
    expect(await began(run('resync', 'orders.yml', ...part, '--yes')), 'resync').to.deep.equal(WHOLE);
    at.write('in/a.csv', 'id,name\n1,Ada\n1,Twice\n');
    expect(await began(run('run', 'orders.yml', '--run-id', 'red'), 1), 'a failed run').to.include('FAIL');
    at.write('in/a.csv', 'id,name\n1,Ada\n2,Grace\n');
    expect(await began(run('resume', 'red')), 'resume').to.deep.equal(WHOLE);
    at.write('load.mjs', `import { run } from '${API}';\nprocess.exitCode = (await run('orders.yml')).exit;\n`);
    await promisify(execFile)(process.execPath, ['load.mjs'], { cwd: at.path });
    expect(told(), 'a program').to.deep.equal(WHOLE);
  });

  it('an observer that is installed is not even read where nobody asks for it', async () => {
    at.write(
      'package.json',
      JSON.stringify({ name: 'project', private: true, dependencies: { 'loud-observer': '1.0.0' } }),
    );
    at.write(
      'node_modules/loud-observer/package.json',
      JSON.stringify({
        name: 'loud-observer',
        version: '1.0.0',
        type: 'module',
        oclif: {},
        dpone: { apiVersion: 1, extensions: './index.js', provides: ['observer:standard'] },
      }),
    );
    at.write(
      'node_modules/loud-observer/index.js',
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('read.txt', '');\nthrow new Error('this one cannot be read');\n",
    );
    const read = async (...args: string[]): Promise<boolean> => {
      const { code, stderr } = await dpone(args, { cwd: at.path });
      expect(code, stderr).to.equal(0);
      return existsSync(at.file('read.txt'));
    };
    expect(await read('--version'), '--version').to.equal(false);
    expect(await read('--help'), '--help').to.equal(false);
    expect(await read('run', '--help'), 'run --help').to.equal(false);
    at.write('plain.yml', readFileSync(at.file('orders.yml'), 'utf8').replace(/observability: .*/, ''));
    expect(await read('run', 'plain.yml'), 'a run without it').to.equal(false);
    expect(await read('run', 'orders.yml'), 'a run with it').to.equal(true);
  });
});

const API = fileURLToPath(new URL('../../../core/cli/dist/index.js', import.meta.url));
