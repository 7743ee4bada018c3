import { hostname } from 'node:os';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { takeLock } from '../../dist/lock.js';

// Takes the lock so many times; once: holds it until it is killed. A second holder at the same time makes mkdir fail.
const [meta, turns] = process.argv.slice(2) as [string, string];
const owner = { loadId: `holder-${process.pid}`, host: hostname(), pid: process.pid };
for (let turn = 0; turn < Number(turns); turn++) {
  const lock = await takeLock(meta, 'target', owner, 60_000, new AbortController().signal);
  process.stdout.write(`${lock.fence}\n`);
  if (turns === '1') setInterval(() => undefined, 1000);
  else {
    await mkdir(join(meta, 'inside'));
    await rmdir(join(meta, 'inside'));
    await lock.release();
  }
}
