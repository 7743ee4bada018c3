import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import type { TempProject } from '../support/temp-project.js';
import { loaded, threeTables } from './three-tables.js';

interface Resumed {
  readonly passed: boolean;
  readonly mode: string;
  readonly committed: readonly string[];
  readonly again: readonly { readonly process: string; readonly failed_stage: string | null }[];
  readonly error?: { readonly code: string; readonly message: string };
}

describe('a run of several processes that was killed (SIGKILL) is gone on with by dpone resume', function () {
  this.timeout(120_000);
  let project: TempProject;
  beforeEach(async () => {
    project = await threeTables();
  });
  afterEach(() => project.remove());

  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    dpone([...args, '--format', 'json'], { cwd: project.path, env });
  const resume = async (...args: readonly string[]): Promise<{ code: number | null; json: Resumed }> => {
    const { code, stdout } = await cli(['resume', ...args]);
    return { code, json: JSON.parse(stdout) as Resumed };
  };
  const once = { runs: ['r1'], same: true };

  for (const [step, orders] of [
    ['finalize.changed', 'again'],
    ['finalize.committed', 'committed'],
  ] as const)
    it(`killed at ${step} of the second of three`, async () => {
      const killed = await cli(['run', 'shop.yml', '--all', '--run-id', 'r1'], { DPONE_FAULT_AT: `${step}:2` });
      expect(killed.signal, killed.stderr).to.equal('SIGKILL');
      const { code, json } = await resume('r1');
      expect(code, JSON.stringify(json)).to.equal(0);
      const again = orders === 'again' ? ['orders', 'lines'] : ['lines'];
      expect(json.again.map(({ process }) => process)).to.deep.equal(again);
      expect([...json.committed].toSorted()).to.deep.equal(
        orders === 'again' ? ['customers'] : ['customers', 'orders'],
      );
      // Under the same run id, each table loaded once, and to the row what the source holds.
      expect(await loaded(project)).to.deep.equal({ customers: once, orders: once, lines: once });
      const plan = await cli(['ops', 'recovery-plan']);
      expect(plan.code, plan.stdout).to.equal(0);
      const more = await resume('r1');
      expect(more.code).to.equal(2);
      expect(more.json.error).to.include({ code: 'DPONE_RUN_NOT_RESUMABLE' });
    });

  it('says what would be run again, and changes nothing; a run that failed is resumed as one that was killed', async () => {
    const manifest = (await import('./three-tables.js')).THREE_TABLES;
    project.write(
      'shop.yml',
      manifest.replace('{table: orders,', '{table: orders, overrides: {source: {table: {name: nowhere}}},'),
    );
    const failed = await cli(['run', 'shop.yml', '--all', '--run-id', 'r1']);
    expect(failed.code, failed.stdout).to.equal(3);
    const red = await cli(['ops', 'recovery-plan']);
    expect(red.code).to.equal(1);
    expect((JSON.parse(red.stdout) as { blockers: string[] }).blockers).to.deep.equal(['failed resumable job `r1`']);

    const planned = await resume('r1', '--plan');
    expect(planned.json).to.deep.include({ mode: 'plan', executed: false, committed: ['customers'] });
    expect(planned.json.again.map(({ process }) => process)).to.deep.equal(['orders', 'lines']);
    expect(await loaded(project)).to.deep.equal({ customers: once });

    project.write('shop.yml', manifest);
    const { code, json } = await resume('r1');
    expect(code, JSON.stringify(json)).to.equal(0);
    expect(await loaded(project)).to.deep.equal({ customers: once, orders: once, lines: once });
  });

  it('refuses a run that nobody recorded, and one that is still at work', async () => {
    const unknown = await resume('r9');
    expect(unknown.code).to.equal(2);
    expect(unknown.json.error).to.include({
      code: 'DPONE_RUN_NOT_RESUMABLE',
      message: 'nothing is recorded of a run r9',
    });
    let resumed: Awaited<ReturnType<typeof resume>> | undefined;
    const { untilStopped } = await import('../support/process-state.js');
    let pid = 0;
    const run = dpone(['run', 'shop.yml', '--all', '--run-id', 'r1'], {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'stage.written:1:SIGSTOP' },
      onStart: (child) => (pid = child.pid!),
    });
    try {
      await untilStopped(() => pid);
      resumed = await resume('r1');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await run).code).to.equal(0);
    expect(resumed.code).to.equal(2);
    expect(resumed.json.error?.message).to.contain(`still at work: process ${pid}`);
  });
});
