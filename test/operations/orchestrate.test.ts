import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { untilStopped } from '../support/process-state.js';
import type { TempProject } from '../support/temp-project.js';
import { loaded, threeTables } from './three-tables.js';

interface Report {
  readonly passed: boolean;
  readonly status: string;
  readonly run_id: string;
  readonly lock_acquired: boolean;
  readonly stale_lock_replaced: boolean;
  readonly fence: number | null;
  readonly began_as: string | null;
  readonly blockers: readonly string[];
  readonly scheduler_handoff: Readonly<Record<string, unknown>>;
  readonly job_state: { readonly status: string; readonly attempt: number } | null;
}

const KEYS = [
  'passed',
  'status',
  'run_id',
  'process',
  'lock_key',
  'lock_acquired',
  'stale_lock_replaced',
  'blockers',
  'run_result',
  'scheduler_handoff',
  'job_state',
  'output_dir',
];

describe('dpone orchestrate run', function () {
  this.timeout(120_000);
  let project: TempProject;
  beforeEach(async () => {
    project = await threeTables();
  });
  afterEach(() => project.remove());

  const job = (
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    onStart?: (pid: number) => void,
  ) =>
    dpone(['orchestrate', 'run', '--manifest', 'shop.yml', '--all', ...args, '--format', 'json'], {
      cwd: project.path,
      env,
      ...(onStart === undefined ? {} : { onStart: (child) => onStart(child.pid!) }),
    });
  const report = ({ stdout }: CliResult): Report => JSON.parse(stdout) as Report;
  const green = async (): Promise<void> => {
    const plan = await dpone(['ops', 'recovery-plan', '--format', 'json'], { cwd: project.path });
    expect(plan.code, plan.stdout).to.equal(0);
  };
  const once = (run: string) => ({ runs: [run], same: true });

  it('runs once for a run id of the scheduler’s own, leaves its report, and is green where nothing is new', async () => {
    const first = await job(['--run-id', 'day1', '--dag-id', 'shop', '--execution-date', '2026-01-05']);
    expect(first.code, first.stdout + first.stderr).to.equal(0);
    expect(report(first)).to.include({ status: 'committed', began_as: 'new', fence: 1 });
    const file = JSON.parse(
      readFileSync(project.file('.dpone/orchestration/latest/orchestrated_run.json'), 'utf8'),
    ) as object;
    expect(file).to.include.keys(KEYS);
    expect(readFileSync(project.file('.dpone/orchestration/latest/orchestrated_run.md'), 'utf8')).to.contain(
      'job shop.yml: done',
    );
    expect(report(first).scheduler_handoff).to.have.keys(
      'cron_command',
      'airflow_task',
      'dagster_asset',
      'kubernetes_cronjob',
    );
    expect(JSON.parse(readFileSync(project.file('.dpone/runs/day1.json'), 'utf8'))).to.include({
      dag_id: 'shop',
      execution_date: '2026-01-05',
      status: 'success',
    });
    const again = await job(['--run-id', 'day1']);
    expect(again.code).to.equal(0);
    expect(report(again)).to.include({ status: 'already_committed', passed: true });
    const new_ = await job();
    expect(new_.code).to.equal(0);
    expect(report(new_)).to.include({ status: 'committed', began_as: 'new', stale_lock_replaced: false });
    expect(await loaded(project)).to.deep.equal({ customers: once('day1'), orders: once('day1'), lines: once('day1') });
    await green();
  });

  it('two at once: one works, the other is told who does and touches nothing', async () => {
    let pid = 0;
    const first = job(['--run-id', 'a'], { DPONE_FAULT_AT: 'stage.written:2:SIGSTOP' }, (own) => (pid = own));
    let second: CliResult;
    try {
      await untilStopped(() => pid);
      second = await job(['--run-id', 'b', '--output-dir', 'second']);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(second.code, second.stderr).to.equal(1);
    expect(report(second)).to.deep.include({ status: 'blocked', lock_acquired: false, job_state: null });
    expect(report(second).blockers).to.deep.equal(['lock.concurrent_run']);
    expect(second.stdout).to.contain(`process ${pid}`);
    const done = await first;
    expect(done.code, done.stdout).to.equal(0);
    expect(report(done).job_state).to.include({ status: 'committed', attempt: 1 });
    expect(await loaded(project)).to.deep.equal({ customers: once('a'), orders: once('a'), lines: once('a') });
  });

  it('four at once: each either works or is blocked, and every row is loaded once', async () => {
    const results = await Promise.all(['1', '2', '3', '4'].map((id) => job(['--output-dir', `out${id}`])));
    const codes = results.map(({ code }) => code);
    expect(codes.filter((code) => code === 0)).not.to.deep.equal([]);
    expect(
      codes.every((code) => code === 0 || code === 1),
      results.map(({ stdout }) => stdout).join(),
    ).to.equal(true);
    const done = await loaded(project);
    for (const table of Object.values(done))
      expect(table).to.include({ same: true }).and.have.property('runs').with.length(1);
    expect(Object.keys(done)).to.have.length(3);
  });

  for (const step of ['finalize.changed:2', 'finalize.committed:3'])
    it(`killed (SIGKILL) at ${step}: the next one takes the lock over and goes on`, async () => {
      const killed = await job([], { DPONE_FAULT_AT: step });
      expect(killed.signal, killed.stderr).to.equal('SIGKILL');
      const red = await dpone(['ops', 'recovery-plan', '--format', 'json'], { cwd: project.path });
      expect(red.code, red.stdout).to.equal(1);
      const refused = await job(['--resume-policy', 'fail']);
      expect(refused.code).to.equal(1);
      expect(report(refused).blockers).to.deep.equal(['job_state.resume_required']);
      const next = await job();
      expect(next.code, next.stdout + next.stderr).to.equal(0);
      // Where all of it had committed, the next one loads what came since under an id of its own.
      const first = report(refused).run_id;
      expect(report(next).began_as).to.equal(step.startsWith('finalize.committed') ? 'new' : 'resumed');
      expect(await loaded(project)).to.deep.equal({ customers: once(first), orders: once(first), lines: once(first) });
      await green();
    });

  it('SIGTERM ends it clean: the lock is given back, and the run id is gone on with', async () => {
    let pid = 0;
    const first = job(['--run-id', 'a'], { DPONE_FAULT_AT: 'stage.written:2:SIGTERM' }, (own) => (pid = own));
    const ended = await first;
    expect(pid).to.be.greaterThan(0);
    expect(ended.code, ended.stderr).to.equal(143);
    expect(report(ended)).to.include({ status: 'failed', lock_acquired: true });
    const next = await job(['--run-id', 'a']);
    expect(next.code, next.stdout).to.equal(0);
    expect(report(next)).to.include({ stale_lock_replaced: false, began_as: 'resumed' });
    expect(await loaded(project)).to.deep.equal({ customers: once('a'), orders: once('a'), lines: once('a') });
  });
});
