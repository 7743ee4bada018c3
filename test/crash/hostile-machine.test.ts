import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { SCENARIOS } from './scenarios.js';
import { csv, day1, day2, fingerprint, type Order } from './shop.js';
import { ordersIn } from './evidence.js';

const FULL = SCENARIOS.find((s) => s.name === 'full_refresh')!;
const RUN = ['run', 'orders.yml', '--format', 'json'];
const ROOT = process.getuid?.() === 0;
/** The user that owns nothing: permissions bind it even where the suite runs as root. */
const NOBODY = 65534;

const codesOf = (result: CliResult): string => result.stdout + result.stderr;

describe('a load on a machine that misbehaves', function () {
  this.timeout(60_000);
  let project: TempProject;
  beforeEach(async () => {
    project = tempProject({ 'orders.yml': FULL.manifest, 'data/orders.csv': csv(day1) });
    const first = await dpone(RUN, { cwd: project.path });
    expect(first.code, codesOf(first)).to.equal(0);
  });
  afterEach(() => project.remove());

  const expectTarget = async (
    orders: readonly Order[],
    database: string = project.file('shop.duckdb'),
  ): Promise<void> => {
    expect(fingerprint(await ordersIn(database))).to.deep.equal(fingerprint(orders));
    const staging = await queryDuckdb(
      database,
      `select table_name from duckdb_tables() where starts_with(table_name, '__dpone__stg')`,
    );
    expect(staging).to.deep.equal([]);
  };

  it('source truncated while it is read: the load fails, the target is unchanged, the next run is right', async () => {
    const source = project.file('data/orders.csv');
    project.write('data/orders.csv', csv(day2));
    let pid = 0;
    let resume: () => void = () => undefined;
    const running = dpone(RUN, {
      cwd: project.path,
      env: { DPONE_FAULT_AT: 'stage.created:1:SIGSTOP' },
      onStart: (child) => {
        pid = child.pid!;
        resume = () => child.kill('SIGCONT');
      },
    });
    await untilStopped(() => pid);
    truncateSync(source, readFileSync(source, 'utf8').indexOf('\n', 800) + 1);
    resume();
    const result = await running;
    expect(result.code, codesOf(result)).to.equal(3);
    expect(codesOf(result)).to.contain('DPONE_SOURCE_CHANGED');
    await expectTarget(day1);

    project.write('data/orders.csv', csv(day2));
    const next = await dpone(RUN, { cwd: project.path });
    expect(next.code, codesOf(next)).to.equal(0);
    await expectTarget(day2);
  });

  it('target file read-only: one clear error before anything is staged', async () => {
    chmodSync(project.file('shop.duckdb'), 0o444);
    chmodSync(project.path, 0o755);
    const result = await dpone(RUN, {
      cwd: project.path,
      ...(ROOT ? { uid: NOBODY, env: { HOME: '/nonexistent' } } : {}),
    });
    chmodSync(project.file('shop.duckdb'), 0o644);
    expect(result.code, codesOf(result)).to.equal(3);
    expect(codesOf(result)).to.contain('DPONE_TARGET_READ_ONLY');
    await expectTarget(day1);
  });

  it('disk full while staging: the load fails, the target is unchanged, the next run with space is right', async function () {
    const disk = project.file('disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      this.test!.title += ' (skipped: this user may not mount a small file system)';
      this.skip();
    }
    try {
      project.write('orders.yml', FULL.manifest.replace('shop.duckdb', 'disk/shop.duckdb'));
      const first = await dpone(RUN, { cwd: project.path });
      expect(first.code, codesOf(first)).to.equal(0);

      writeFileSync(`${disk}/ballast`, Buffer.alloc(2_000_000));
      const incompressible = Array.from({ length: 200_000 }, (_, i) => ({
        id: i,
        customer: randomBytes(30).toString('hex'),
        amount: '1.00',
        at: '2026-01-01 00:00:00',
      }));
      writeFileSync(project.file('data/orders.csv'), csv(incompressible));
      const result = await dpone(RUN, { cwd: project.path });
      expect(result.code, codesOf(result)).to.equal(3);
      expect(codesOf(result)).to.contain('DPONE_DISK_FULL');
      await expectTarget(day1, `${disk}/shop.duckdb`);

      rmSync(`${disk}/ballast`);
      project.write('data/orders.csv', csv(day2));
      const next = await dpone(RUN, { cwd: project.path });
      expect(next.code, codesOf(next)).to.equal(0);
      await expectTarget(day2, `${disk}/shop.duckdb`);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
