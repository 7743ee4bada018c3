import { expect } from 'chai';
import { untilStopped } from '../support/process-state.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { errorOf, run, status, steer } from './backfill-shop.js';

const MANIFEST = `
name: events
source: {type: files, options: {path: events.csv}}
sink:
  type: duckdb
  connection: shop.duckdb
  table: events
  options: {lineage: off}
  strategy: {mode: backfill, backfill: {inner_mode: replace, chunk: {column: id, from: 0, to: 50, step: 10}}}
`;
const CSV = `id,note\n${Array.from({ length: 60 }, (_, i) => `${i - 5},note ${i}\n`).join('')}`;

describe('a backfill of a DuckDB file', function () {
  this.timeout(120_000);
  let project: TempProject;
  beforeEach(() => {
    project = tempProject({ 'events.yml': MANIFEST, 'events.csv': CSV });
  });
  afterEach(() => project.remove());

  /** By DuckDB's own reader of the file, without dpone. */
  async function expectWhole(): Promise<void> {
    const held = await queryDuckdb(project.file('shop.duckdb'), 'SELECT id::int AS id, note FROM events ORDER BY id');
    const csv = project.file('events.csv');
    const wanted = `SELECT id::int AS id, note FROM read_csv('${csv}') WHERE id >= 0 AND id < 50 ORDER BY id`;
    expect(held).to.deep.equal(await queryDuckdb(':memory:', wanted));
    const chunk = "SELECT count(DISTINCT detail->'chunk'->>'from') AS chunks, count(*) AS receipts FROM __dpone__loads";
    const [receipts] = await queryDuckdb(project.file('shop.duckdb'), chunk);
    expect(receipts).to.deep.equal({ chunks: '5', receipts: '5' });
    expect((await status(project)).status).to.equal('complete');
  }

  it('killed (SIGKILL) and begun again, loads each chunk once', async () => {
    for (const step of ['stage.written:2', 'finalize.committed', 'finalize.receipted:2']) {
      const killed = await run(project, { env: { DPONE_FAULT_AT: step } });
      expect(killed.signal, `${step}: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');
    }
    const last = await run(project);
    expect(last.code, last.stdout + last.stderr).to.equal(0);
    await expectWhole();
  });

  it('sets a chunk aside that kills (SIGKILL) its owner each time, loads the others, and tries it again when told', async () => {
    // Each run begins with the same chunk, and dies of it.
    for (let death = 1; death <= 3; death++) {
      const killed = await run(project, { env: { DPONE_FAULT_AT: 'stage.written' } });
      expect(killed.signal, killed.stdout + killed.stderr).to.equal('SIGKILL');
    }
    const red = await run(project);
    expect(red.code, red.stdout + red.stderr).to.equal(3);
    expect(errorOf(red).code).to.equal('DPONE_CHUNK_POISONED');
    const { counts, chunks } = await status(project);
    expect(counts).to.include({ committed: 4, poisoned: 1 });
    expect(chunks[0]).to.deep.include({ chunk: 1, attempts: 3 });
    expect(chunks[0]!.reason!.message).to.match(/^its worker died 3 times; the last one: .+:\d+$/);
    expect((await steer(project, 'retry')).code).to.equal(0);
    const last = await run(project);
    expect(last.code, last.stdout + last.stderr).to.equal(0);
    await expectWhole();
  });

  it('is paused by a request, as nobody else can look into the file meanwhile', async () => {
    let pid = 0;
    let goOn: (() => boolean) | undefined;
    const running = run(project, {
      env: { DPONE_FAULT_AT: 'stage.written:2:SIGSTOP' },
      onStart: (child) => {
        pid = child.pid!;
        goOn = () => child.kill('SIGCONT');
      },
    });
    await untilStopped(() => pid);
    expect(errorOf(await steer(project, 'status')).code).to.equal('DPONE_TARGET_LOCKED');
    expect(JSON.parse((await steer(project, 'pause')).stdout)).to.include({ executed: true, requested: true });
    goOn!();
    const ended = await running;
    expect(ended.code, ended.stdout + ended.stderr).to.equal(1);
    expect((await status(project)).counts).to.include({ committed: 2, pending: 3 });
    expect((await steer(project, 'resume')).code).to.equal(0);
    const rest = await run(project);
    expect(rest.code, rest.stdout + rest.stderr).to.equal(0);
    await expectWhole();
  });
});
