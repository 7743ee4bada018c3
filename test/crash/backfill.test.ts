import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { alive, childrenOf, until, untilStopped } from '../support/process-state.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import {
  CHUNKS,
  errorOf,
  EVENTS,
  expectWhole,
  manifest,
  run,
  status,
  steer,
  type BackfillOptions,
} from './backfill-shop.js';
import { query } from './postgres-shop.js';

describe('a backfill of Postgres', function () {
  this.timeout(120_000);
  let db: FreshDatabase;
  let project: TempProject;
  beforeEach(async () => {
    db = await freshDatabase();
    await query(db.uri, EVENTS);
    project = tempProject({ 'events.yml': manifest(db.uri, {}) });
  });
  afterEach(async () => {
    project.remove();
    await db[Symbol.asyncDispose]();
  });

  const begin = (options: BackfillOptions): void => project.write('events.yml', manifest(db.uri, options));

  /** Starts a run that stops itself at a step, and resolves when it stands there. */
  async function runUntil(step: string) {
    let pid = 0;
    let kill: ((signal: NodeJS.Signals) => boolean) | undefined;
    const ended = run(project, {
      env: { DPONE_FAULT_AT: `${step}:SIGSTOP` },
      onStart: (child) => {
        pid = child.pid!;
        kill = (signal) => child.kill(signal);
      },
    });
    await untilStopped(() => pid);
    return { ended, goOn: () => kill!('SIGCONT'), kill: () => kill!('SIGKILL') };
  }

  it('by incremental_merge, one chunk after the other, is a plain load of the range; rows outside are not touched', async () => {
    const result = await run(project);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(JSON.parse(result.stdout)).to.nested.include({ 'chunks.committed': CHUNKS, 'result.extracted_rows': 480 });
    await expectWhole(project, db.uri);
    const again = await run(project);
    expect(again.code).to.equal(0);
    expect(again.stdout).to.contain('the backfill is complete');
    await expectWhole(project, db.uri);
  });

  it('by replace, two chunks at once, also removes what the source no longer has', async () => {
    begin({ inner: 'replace', workers: 2 });
    const result = await run(project);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    await expectWhole(project, db.uri, 'replace');
  });

  it('by partition_replace replaces the values that the chunks have rows of', async () => {
    const partitions = 'partition: {max_partitions_per_run: 200}';
    project.write('events.yml', manifest(db.uri, { inner: 'partition_replace' }).replace('unique_key: id', partitions));
    await query(db.uri, 'DELETE FROM mart.events WHERE id = 9001');
    const result = await run(project);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    await expectWhole(project, db.uri, 'partition_replace');
  });

  it('killed (SIGKILL) again and again, wherever it is, loads each chunk once', async () => {
    begin({ inner: 'replace' });
    const steps = [
      'load.recovered',
      'stage.created',
      'finalize.committed',
      'stage.written:2',
      'finalize.changed',
      'package.committed:2',
      'finalize.receipted',
    ];
    for (const step of steps) {
      const killed = await run(project, { env: { DPONE_FAULT_AT: step } });
      expect(killed.signal, `${step}: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');
    }
    const last = await run(project);
    expect(last.code, last.stdout + last.stderr).to.equal(0);
    await expectWhole(project, db.uri, 'replace');
  });

  it('killed (SIGKILL) with workers at their work goes on, and they die with it', async () => {
    begin({ workers: 2 });
    const first = await runUntil('finalize.changed:2');
    first.kill();
    await first.ended;
    const next = await run(project);
    expect(next.code, next.stdout + next.stderr).to.equal(0);
    await expectWhole(project, db.uri);
  });

  it('a worker that is killed (SIGKILL) costs its chunk one more try', async () => {
    begin({ workers: 2 });
    let victim = 0;
    let owner = 0;
    const watch = setInterval(() => {
      const [child] = childrenOf(owner);
      if (victim !== 0 || child === undefined) return;
      victim = child;
      process.kill(child, 'SIGKILL');
    }, 2);
    const result = await run(project, { onStart: (child) => (owner = child.pid!) });
    clearInterval(watch);
    expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(victim).to.not.equal(0);
    expect(alive(victim)).to.equal(false);
    await expectWhole(project, db.uri);
    const { chunks } = await status(project);
    expect(chunks.reduce((sum, { attempts }) => sum + attempts, 0)).to.equal(CHUNKS + 1);
  });

  it('pauses behind the chunk in hand, is refused while paused, and goes on when resumed', async () => {
    const nothing = await steer(project, 'pause');
    expect(errorOf(nothing).message).to.contain('no backfill of events has begun');
    expect((await status(project)).status).to.equal('none');
    const running = await runUntil('stage.written:2');
    const paused = await steer(project, 'pause');
    expect(paused.code, paused.stdout + paused.stderr).to.equal(0);
    const during = await status(project);
    expect(during.counts).to.include({ committed: 1, leased: 1, pending: 4 });
    expect(during.chunks[1]!.lease!.owner).to.match(/:\d+$/);
    running.goOn();
    const ended = await running.ended;
    expect(ended.code, ended.stdout + ended.stderr).to.equal(1);
    expect(errorOf(ended)).to.include({ code: 'DPONE_BACKFILL_STOPPED' });
    expect((await status(project)).counts).to.include({ committed: 2, pending: 4, leased: 0 });
    const refused = await run(project);
    expect(refused.code).to.equal(1);
    expect(errorOf(refused).remedy).to.contain('dpone backfill resume events.yml');
    expect((await steer(project, 'resume')).code).to.equal(0);
    const rest = await run(project);
    expect(rest.code, rest.stdout).to.equal(0);
    await expectWhole(project, db.uri);
  });

  it('cancelled, begins no other chunk; forgotten, begins anew', async () => {
    const running = await runUntil('stage.created:2');
    expect(JSON.parse((await steer(project, 'cancel')).stdout)).to.include({ mode: 'preview', executed: false });
    expect((await steer(project, 'cancel', '--yes')).code).to.equal(0);
    running.goOn();
    const ended = await running.ended;
    expect(ended.code, ended.stdout + ended.stderr).to.equal(1);
    const report = await status(project);
    expect(report.status).to.equal('cancelled');
    expect(report.counts['committed']).to.be.within(1, 2);
    expect(report.counts['committed']! + report.counts['cancelled']!).to.equal(CHUNKS);
    expect(errorOf(await run(project)).remedy).to.contain('dpone backfill reset events.yml --yes');
    expect(errorOf(await steer(project, 'resume')).code).to.equal('DPONE_BACKFILL_STOPPED');
    expect((await steer(project, 'reset', '--yes')).code).to.equal(0);
    await query(db.uri, 'DELETE FROM mart.__dpone__loads');
    expect((await run(project)).code).to.equal(0);
    await expectWhole(project, db.uri);
  });

  it('sets a chunk aside that cannot be loaded, with its reason, loads the others, and tries it again when told', async () => {
    begin({ workers: 2 });
    await query(db.uri, "INSERT INTO shop.events SELECT id, at, 'twice' FROM shop.events WHERE id = 300");
    const red = await run(project);
    expect(red.code, red.stdout + red.stderr).to.equal(3);
    const error = errorOf(red);
    expect(error.code).to.equal('DPONE_CHUNK_POISONED');
    expect(error.message).to.match(
      /1 of 6 chunks are set aside, 5 are committed: chunk 3 \(2026-03-01 to before 2026-04-01\): DPONE_DUPLICATE_KEY/,
    );
    const report = await status(project);
    expect(report.counts).to.include({ committed: 5, poisoned: 1 });
    expect(report.chunks[2]).to.deep.include({ chunk: 3, attempts: 1, rows: null });
    const still = await run(project);
    expect(still.code, 'it is not tried again by itself').to.equal(3);
    expect((await status(project)).chunks[2]!.attempts).to.equal(1);
    await query(db.uri, "DELETE FROM shop.events WHERE note = 'twice'");
    expect(JSON.parse((await steer(project, 'retry')).stdout)).to.deep.include({ executed: true, chunks: [3] });
    expect((await run(project)).code).to.equal(0);
    await expectWhole(project, db.uri);
  });

  it('gives up on a chunk that fails for passing reasons too often', async () => {
    begin({ workers: 3, attempts: 2 });
    // Every worker dies when its unit is staged.
    const red = await run(project, { env: { DPONE_FAULT_AT: 'stage.unit' } });
    expect(red.code, red.stdout + red.stderr).to.equal(3);
    const report = await status(project);
    expect(report.counts).to.include({ committed: 0, poisoned: CHUNKS });
    for (const { attempts, reason } of report.chunks)
      expect({ attempts, code: reason?.code }).to.deep.equal({ attempts: 2, code: 'DPONE_WORKER_DIED' });
    expect(
      await query(db.uri, "SELECT relname FROM pg_class WHERE starts_with(relname, '__dpone__stg')"),
    ).to.deep.equal([]);
  });

  it('two owners at once: the second waits, and finds it done', async () => {
    const results = await Promise.all([run(project), run(project)]);
    for (const result of results) expect(result.code, result.stdout + result.stderr).to.equal(0);
    await expectWhole(project, db.uri);
  });

  it('an owner that was paused and lost its lock commits nothing over the one that went on', async () => {
    const old = await runUntil('stage.checked:2');
    await query(
      db.uri,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dpone' AND datname = current_database()",
    );
    await until('the server has let go', async () => {
      const left = await query(
        db.uri,
        "SELECT 1 AS one FROM pg_stat_activity WHERE application_name = 'dpone' AND datname = current_database()",
      );
      return left.length === 0;
    });
    const young = await run(project);
    expect(young.code, young.stdout + young.stderr).to.equal(0);
    old.goOn();
    const ended = await old.ended;
    expect(ended.code, ended.stdout + ended.stderr).to.equal(3);
    await expectWhole(project, db.uri);
  });

  it('is refused where its chunks became others', async () => {
    const running = await runUntil('stage.created:2');
    running.kill();
    await running.ended;
    project.write('events.yml', manifest(db.uri, {}).replace('P1M', '1 week'));
    const other = await run(project);
    expect(other.code, other.stdout).to.equal(2);
    expect(errorOf(other).message).to.contain('was begun with 6 chunks of at');
  });
});
