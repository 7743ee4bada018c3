import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Codec, FinalizeStep } from '@dpone/sdk';
import { fromBatches } from '@dpone/testkit';
import { expect } from 'chai';
import { formatOfName } from '../dist/formats.js';
import { withCodec } from './support/fixture-files.js';
import { fixtureOf, loadId, loadParts, openSink, refOf, stageParts } from './support/open-sink.js';

const WORKER = fileURLToPath(new URL('./support/killed-load.js', import.meta.url));
const COLUMNS = fixtureOf(1, 1).schema;
/** More changes than finalize makes: the loop ends at the load that was not killed. */
const MOST_CHANGES = 60;

const SCENARIOS: readonly {
  readonly name: string;
  readonly path: string;
  readonly step: FinalizeStep;
  readonly adds: boolean;
}[] = [
  {
    name: 'a single file that is replaced',
    path: 'out/orders.csv',
    step: { op: 'replace_all', by: 'swap' },
    adds: false,
  },
  { name: 'a folder that is replaced', path: 'out/orders/', step: { op: 'replace_all', by: 'swap' }, adds: false },
  { name: 'a folder that is added to', path: 'out/orders/', step: { op: 'append' }, adds: true },
];

async function idsOf(codec: Codec, workdir: string, path: string): Promise<number[]> {
  const folder = path.endsWith('/') ? join(workdir, path) : join(workdir, 'out');
  const names = (await readdir(folder)).filter(
    (name) => formatOfName(name).lane !== undefined && !name.startsWith('.'),
  );
  const lane = formatOfName(names[0]!).lane!;
  const paths = names.map((name) => join(folder, name));
  const read = codec.read({ lane, paths, compression: 'none', format: {} }, COLUMNS, new AbortController().signal);
  return (await fromBatches(read, COLUMNS)).map((row) => Number(row['id'])).toSorted((a, b) => a - b);
}

async function killedAt(workdir: string, path: string, step: FinalizeStep, change: number): Promise<string> {
  const child = spawn(process.execPath, [WORKER, workdir, path, JSON.stringify(step), String(change)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === null && code !== 0) throw new Error(`the load failed: ${said}`);
  return signal ?? 'done';
}

describe('a load of files killed between any two changes of the file system', function () {
  this.timeout(120_000);
  for (const { name, path, step, adds } of SCENARIOS)
    it(`${name}: it is there as a whole or not at all, and so is its state`, async () => {
      const parts = path.endsWith('/') ? [fixtureOf(10, 12), fixtureOf(13, 15)] : [fixtureOf(10, 15)];
      const before = [1, 2, 3, 4];
      const after = [...(adds ? before : []), 10, 11, 12, 13, 14, 15];
      const ends = new Set<string>();
      const base = await mkdtemp(join(tmpdir(), 'dpone-redo-'));
      try {
        await withCodec(base, async (codec, host) => {
          const prepared = openSink({ ...host, workdir: join(base, 'prepared') }, { path });
          await loadParts(prepared, 1, [fixtureOf(1, 2), fixtureOf(3, 4)], { op: 'replace_all', by: 'swap' }, 'before');
          await stageParts(prepared, refOf(2, 0), parts);
          for (let change = 1; ; change++) {
            expect(change, 'changes').to.be.lessThan(MOST_CHANGES);
            const workdir = join(base, String(change));
            await cp(join(base, 'prepared'), workdir, { recursive: true });
            const ended = await killedAt(workdir, path, step, change);
            const seen = await idsOf(codec, workdir, path);
            if (path.endsWith('.csv'))
              expect([before, after], `what readers saw, change ${change}`).to.deep.include(seen);

            const sink = openSink({ ...host, workdir }, { path });
            const lock = await sink.lock({ loadId: loadId(3), host: hostname(), pid: process.pid }, 0);
            for (const load of await sink.openLoads()) await sink.recover(load.loadId);
            expect(await sink.openLoads()).to.deep.equal([]);
            const done = (await sink.receipt(loadId(2))) !== null;
            expect(await idsOf(codec, workdir, path), `rows, change ${change}`).to.deep.equal(done ? after : before);
            expect((await sink.state('test'))?.state, `state, change ${change}`).to.equal(done ? 'after' : 'before');
            expect((await sink.inspect()).rows).to.equal(done ? after.length : before.length);
            await lock.release();
            const left = (await readdir(join(workdir, 'out'))).filter((file) => file.startsWith('.'));
            expect(left, 'staging').to.deep.equal([]);
            ends.add(done ? 'finished' : 'undone');
            if (ended === 'done') break;
          }
        });
      } finally {
        await rm(base, { recursive: true, force: true });
      }
      expect([...ends].toSorted(), 'kills before and after the decision').to.deep.equal(['finished', 'undone']);
    });
});
