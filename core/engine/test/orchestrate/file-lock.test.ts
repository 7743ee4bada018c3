import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { takeFileLock, type HeldFileLock } from '../../dist/orchestrate/file-lock.js';

const DEAD = { host: 'another-machine', pid: 1, began: null };

describe('the lock of a job', () => {
  let folder: string;
  let now: Date;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dpone-lock-'));
    now = new Date('2026-01-05T12:00:00Z');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const take = (key = 'shop', silenceMs = 60_000) =>
    takeFileLock({ folder, key, silenceMs, clock: { now: () => now } });
  const taken = async (key?: string, silenceMs?: number): Promise<HeldFileLock> => {
    const lock = await take(key, silenceMs);
    if ('heldBy' in lock) throw new Error('it is held');
    return lock;
  };
  const content = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  /** What an owner leaves that died on another machine at this time. */
  const abandon = (file: string): void => {
    writeFileSync(
      file,
      JSON.stringify({ ...content(file), owner: DEAD, released_at: null, heartbeat_at: now.toISOString() }),
    );
  };

  it('is of one at a time; its number rises from owner to owner, also over a lock that was given back', async () => {
    const first = await taken();
    expect(first).to.include({ fence: 1, takenOver: false, before: null });
    const other = await take();
    expect(other).to.have.nested.property('heldBy.owner.pid', process.pid);
    await first.release();
    const second = await taken();
    expect(second).to.include({ fence: 2, takenOver: false });
    await second.release();
    expect(readdirSync(folder)).to.deep.equal(['shop.00000002.lock.json']);
  });

  it('of many who want it at once, one has it, whether it was free, given back or left by a dead owner', async () => {
    for (let round = 0; round < 20; round++) {
      const results = await Promise.all(Array.from({ length: 12 }, () => take()));
      const held = results.filter((lock) => !('heldBy' in lock));
      expect(held).to.have.length(1);
      const [one] = held as HeldFileLock[];
      expect(one!.fence).to.equal(round + 1);
      await one!.release();
      if (round % 2 === 0) continue;
      // As it would stand had its owner died before it gave the lock back.
      abandon(one!.file);
      now = new Date(now.getTime() + 61_000);
    }
  });

  it('of an owner elsewhere is taken over after its silence, not before, and keeps sight of its run', async () => {
    const first = await taken();
    await first.runIs('run-1');
    abandon(first.file);
    now = new Date(now.getTime() + 59_000);
    expect(await take()).to.have.nested.property('heldBy.runId', 'run-1');
    now = new Date(now.getTime() + 2000);
    const second = await taken();
    expect(second).to.include({ fence: 2, takenOver: true, before: 'run-1' });
    // It died before it said what it works on: the next one still knows of run-1.
    abandon(second.file);
    now = new Date(now.getTime() + 61_000);
    const third = await taken();
    expect(third).to.include({ fence: 3, before: 'run-1' });
    await third.release();
  });

  it('tells an owner that lost it, who then writes nothing over the new one', async () => {
    const first = await taken('shop', 50);
    // It was paused so long that another took over.
    const second = join(folder, 'shop.00000002.lock.json');
    const theirs = JSON.stringify({ ...content(first.file), fence: 2, owner: DEAD });
    writeFileSync(second, theirs);
    await new Promise<void>((resolve) => first.lost.addEventListener('abort', () => resolve(), { once: true }));
    await first.release();
    expect(readFileSync(second, 'utf8')).to.equal(theirs);
    expect(content(first.file)).to.include({ released_at: null });
  });

  it('keeps keys apart, whatever is in them, and refuses a file that is no lock', async () => {
    const [one, two] = [await taken('a.1'), await taken('../a/b')];
    expect(readdirSync(folder)).to.have.length(2);
    await Promise.all([one.release(), two.release()]);
    writeFileSync(join(folder, 'bad.00000001.lock.json'), '{');
    const error = await take('bad').then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).to.have.property('code', 'DPONE_INPUT_INVALID');
  });
});
