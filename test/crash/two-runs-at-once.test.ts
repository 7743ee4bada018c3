import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { ordersIn } from './evidence.js';
import { csv, day1, fingerprint } from './shop.js';
import { SCENARIOS } from './scenarios.js';

const MERGE = SCENARIOS.find((s) => s.name === 'incremental_append by new files')!;
const RUN = ['run', 'orders.yml', '--format', 'json'];

describe('two runs of one process at once', function () {
  this.timeout(60_000);
  let project: TempProject;
  beforeEach(() => {
    project = tempProject({ 'orders.yml': MERGE.manifest, 'data/day1.csv': csv(day1) });
  });
  afterEach(() => project.remove());

  const rows = async (): Promise<string[]> => fingerprint(await ordersIn(project.file('shop.duckdb')));

  it('the second waits for the first, and nothing is loaded twice', async () => {
    const results = await Promise.all([dpone(RUN, { cwd: project.path }), dpone(RUN, { cwd: project.path })]);
    for (const result of results) expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(await rows()).to.deep.equal(fingerprint(day1));
  });

  it('with --lock-timeout 0 the second is refused while the first works, and says who holds the target', async () => {
    const paused = { DPONE_FAULT_AT: 'stage.written:1:SIGSTOP' };
    let firstPid = 0;
    let stopped: (() => void) | undefined;
    const first = dpone(RUN, {
      cwd: project.path,
      env: paused,
      onStart: (child) => {
        firstPid = child.pid!;
        stopped = () => child.kill('SIGCONT');
      },
    });
    await untilStopped(() => firstPid);
    const second = await dpone([...RUN, '--lock-timeout', '0'], { cwd: project.path });
    stopped?.();
    expect(second.code, second.stdout + second.stderr).to.equal(3);
    const { error } = JSON.parse(second.stdout) as { error?: { code: string } };
    expect(error?.code ?? second.stdout).to.contain('DPONE_TARGET_LOCKED');
    expect(second.stdout + second.stderr).to.contain(String(firstPid));
    const done = await first;
    expect(done.code, done.stdout + done.stderr).to.equal(0);
    expect(await rows()).to.deep.equal(fingerprint(day1));
  });
});
