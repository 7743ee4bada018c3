import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDponeError } from '@dpone/sdk';
import { expect } from 'chai';
import { assertFence, STALE_MS, takeLock } from '../dist/lock.js';

const HOLDER = fileURLToPath(new URL('./support/lock-holder.js', import.meta.url));
const never = new AbortController().signal;
const owner = { loadId: 'mine', host: 'elsewhere', pid: 1 };

const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'nothing was refused',
    (error: unknown) => (isDponeError(error) ? error.code : String(error)),
  );

describe('the lock of a files target', function () {
  this.timeout(60_000);
  let meta: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => (meta = await mkdtemp(join(tmpdir(), 'dpone-lock-'))));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(meta, { recursive: true, force: true });
  });

  const hold = async (turns: number): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [HOLDER, meta, String(turns)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
    return child;
  };

  it('of another process that lives is refused, naming it; of one that was killed is taken over with a higher fence', async () => {
    const child = await hold(1);
    const refused = takeLock(meta, 'out/a.csv', owner, 0, never);
    expect(await codeOf(refused)).to.equal('DPONE_TARGET_LOCKED');
    await refused.catch((error: Error) => expect(error.message).to.contain(String(child.pid)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await takeLock(meta, 'out/a.csv', owner, 0, never)).fence).to.equal(2);
  });

  it('of another machine is taken over once its heartbeat is old, and the late owner is fenced', async () => {
    const late = await takeLock(meta, 'a', owner, 0, never);
    expect(await codeOf(takeLock(meta, 'a', { ...owner, loadId: 'other' }, 0, never))).to.equal('DPONE_TARGET_LOCKED');
    const old = new Date(Date.now() - STALE_MS - 1000);
    await utimes(join(meta, 'lock.1.json'), old, old);
    const young = await takeLock(meta, 'a', { ...owner, loadId: 'other' }, 0, never);
    expect(young.fence).to.equal(2);
    expect(await codeOf(late.heartbeat())).to.equal('DPONE_FENCED');
    expect(await codeOf(assertFence(meta, late.fence, 'a'))).to.equal('DPONE_FENCED');
    await late.release();
    expect(await codeOf(takeLock(meta, 'a', owner, 0, never)), 'the late release freed it').to.equal(
      'DPONE_TARGET_LOCKED',
    );
    await young.heartbeat();
  });

  it('is held by one process at a time, and its fence only grows', async () => {
    const turns = 25;
    const racers = [1, 2, 3].map(() =>
      spawn(process.execPath, [HOLDER, meta, String(turns)], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    children.push(...racers);
    const said = await Promise.all(
      racers.map(async (child) => {
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        const [code] = (await once(child, 'exit')) as [number | null];
        expect(code).to.equal(0);
        return text.trim().split('\n').map(Number);
      }),
    );
    const fences = said.flat();
    expect(new Set(fences).size, 'no fence twice').to.equal(racers.length * turns);
    for (const own of said) expect(own).to.deep.equal(own.toSorted((a, b) => a - b));
  });
});
