import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { duckdbSink, duckdbSource } from '../dist/index.js';
import { sinkContext, sourceContext, workspace, type Workspace } from './support/context.js';
import { expectError } from './support/expect-error.js';
import { execute } from './support/query.js';

/** A process that holds a database file open for writing until it is told to end. */
async function holder(path: string): Promise<ChildProcess> {
  const api = import.meta.resolve('@duckdb/node-api');
  const script =
    `const { DuckDBInstance } = await import(${JSON.stringify(api)});` +
    `const i = await DuckDBInstance.create(${JSON.stringify(path)}); const c = await i.connect();` +
    `await c.run('CREATE TABLE IF NOT EXISTS held (a INTEGER)');` +
    `process.stdout.write('ready'); process.stdin.on('data', () => { c.closeSync(); i.closeSync(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

describe('the file of a database', () => {
  let space: Workspace;
  const owner = { loadId: 'L1', host: 'h', pid: process.pid };
  beforeEach(async () => {
    space = await workspace();
  });
  afterEach(() => space.remove());

  it('is locked while another process writes it: refused with its pid, or waited for', async () => {
    const child = await holder(space.path('target.duckdb'));
    const sink = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    const error = await expectError(() => sink.lock(owner, 0), 'DPONE_TARGET_LOCKED');
    expect(error.message).to.contain(String(child.pid));
    await expectError(() => sink.inspect(), 'DPONE_TARGET_LOCKED');
    const waiting = sink.lock(owner, 20_000);
    child.stdin!.write('end');
    expect((await waiting).fence).to.equal(1);
    await sink.close();
  });

  it('is given back when the sink closes, also after a look and a result that nobody read to its end', async () => {
    await execute(space.path('target.duckdb'), 'CREATE TABLE big AS SELECT range AS a FROM range(100000)');
    const source = await duckdbSource.create(sourceContext(space, { table: { name: 'big' } }, 'target.duckdb'));
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    const data = await read.data(read.partitions[0]!, { id: 'rows', transport: 'rows' });
    if (data.transport !== 'rows') throw new Error('rows were asked for');
    for await (const batch of data.batches) {
      expect(batch.rows).to.be.greaterThan(0);
      break;
    }
    await read.close();
    await source.close();
    const child = await holder(space.path('target.duckdb'));
    child.stdin!.write('end');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).to.equal(0);
  });

  it('the lock of a process that died is taken over', async () => {
    const sink = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    await sink.lock(owner, 0);
    await sink.close();
    await execute(space.path('target.duckdb'), "UPDATE __dpone__locks SET owner = 'a process that is gone'");
    const next = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    expect((await next.lock({ ...owner, loadId: 'L2' }, 0)).fence).to.equal(2);
    await next.close();
  });

  it('is refused where it is marked read-only or is no database', async () => {
    await execute(space.path('target.duckdb'), 'CREATE TABLE orders (id INTEGER)');
    await chmod(space.path('target.duckdb'), 0o444);
    const sink = await duckdbSink.create(sinkContext(space, { name: 'orders' }));
    expect((await sink.inspect()).exists).to.equal(true);
    await expectError(() => sink.lock(owner, 0), 'DPONE_TARGET_READ_ONLY');
    expect((await sink.check()).map((c) => c.status)).to.deep.equal(['fail']);
    await sink.close();
    await writeFile(space.path('text.duckdb'), 'no database, but long enough to be looked at '.repeat(200));
    const other = await duckdbSink.create(sinkContext(space, { name: 'orders' }, 'text.duckdb'));
    await expectError(() => other.lock(owner, 0), 'DPONE_CONNECTION_FAILED');
    await other.close();
  });

  it('is shared by a source and a sink of one process', async () => {
    await execute(space.path('target.duckdb'), 'CREATE TABLE orders AS SELECT 1 AS id');
    const source = await duckdbSource.create(sourceContext(space, { table: { name: 'orders' } }, 'target.duckdb'));
    const sink = await duckdbSink.create(sinkContext(space, { name: 'copy' }));
    expect((await source.check()).map((c) => c.status)).to.deep.equal(['pass', 'pass']);
    await sink.inspect();
    const lock = await sink.lock(owner, 0);
    const read = await source.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
    expect(read.estimate.rows).to.equal(1);
    await read.close();
    await source.close();
    await lock.heartbeat();
    await sink.close();
  });
});
