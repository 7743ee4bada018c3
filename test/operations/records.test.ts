import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import type { TempProject } from '../support/temp-project.js';
import { THREE_TABLES, threeTables } from './three-tables.js';

interface Entry {
  readonly passed: boolean;
  readonly blockers: readonly string[];
  readonly process: string;
  readonly datasets: { readonly outputs: readonly { readonly namespace: string; readonly name: string }[] };
}

describe('what real runs leave is what the gates read', function () {
  this.timeout(120_000);
  let project: TempProject;
  before(async () => {
    project = await threeTables();
  });
  after(() => project.remove());

  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    dpone([...args, '--format', 'json'], { cwd: project.path, env });
  const register = async (runResult: string): Promise<Entry> => {
    const { stdout } = await cli(['ops', 'run-registry', '--run-result', runResult, '--output-dir', 'registry']);
    return JSON.parse(stdout) as Entry;
  };
  const event = async (run: string): Promise<{ eventType: string; outputs: { name: string }[] }> => {
    await cli([
      'ops',
      'lineage-export',
      '--run-registry-entry',
      `registry/${run}__run_registry.json`,
      '--output-dir',
      'lineage',
    ]);
    return JSON.parse(readFileSync(project.file(`lineage/${run}__openlineage.json`), 'utf8')) as never;
  };
  const left = async (): Promise<readonly string[]> =>
    (JSON.parse((await cli(['ops', 'recovery-plan'])).stdout) as { blockers: string[] }).blockers;

  it('killed after the first of three: red, although all that is there has passed', async () => {
    const killed = await cli(['run', 'shop.yml', '--all', '--run-id', 'killed'], {
      DPONE_FAULT_AT: 'load.recovered:2',
    });
    expect(killed.signal, killed.stderr).to.equal('SIGKILL');
    const entry = await register('.dpone/runs/killed');
    expect(entry).to.include({ passed: false, process: 'customers, orders, lines' });
    expect((await register('.dpone/runs/killed.json')).passed).to.equal(false);
    expect(await event('killed')).to.include({ eventType: 'FAIL' });
  });

  it('failed: red in all of them, the process that was skipped too', async () => {
    project.write(
      'shop.yml',
      THREE_TABLES.replace('{table: orders,', '{table: orders, overrides: {source: {table: {name: nowhere}}},'),
    );
    expect((await cli(['run', 'shop.yml', '--all', '--run-id', 'failed'])).code).to.equal(3);
    expect(await register('.dpone/runs/failed')).to.include({ passed: false, process: 'customers, orders, lines' });
    expect((await event('failed')).eventType).to.equal('FAIL');
    expect(await left()).to.deep.equal(['failed resumable job `failed`']);
  });

  it('green: green in all of them, with what was read and written', async () => {
    project.write('shop.yml', THREE_TABLES);
    expect((await cli(['run', 'shop.yml', '--all', '--run-id', 'green'])).code).to.equal(0);
    const entry = await register('.dpone/runs/green');
    expect(entry).to.include({ passed: true, process: 'customers, lines, orders' });
    expect(entry.datasets.outputs).to.deep.include({ namespace: 'duckdb', name: 'main.orders' });
    const { eventType, outputs } = await event('green');
    expect(eventType).to.equal('COMPLETE');
    expect(outputs.map(({ name }) => name).toSorted()).to.deep.equal(['main.customers', 'main.lines', 'main.orders']);
    expect(await left()).to.deep.equal([]);
  });
});
