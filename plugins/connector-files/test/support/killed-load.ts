import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { FinalizeStep } from '@dpone/sdk';

// Finalizes what another process staged, and dies (SIGKILL) before the n-th change of the file system within finalize.
const [workdir, path, step, killAt] = process.argv.slice(2) as [string, string, string, string];

let armed = false;
let changes = 0;
const CHANGES = ['rename', 'rm', 'mkdir', 'open'] as const;
for (const name of CHANGES) {
  const original = fs.promises[name] as (...args: unknown[]) => Promise<unknown>;
  (fs.promises as unknown as Record<string, unknown>)[name] = async (...args: unknown[]): Promise<unknown> => {
    if (armed && ++changes === Number(killAt)) {
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    }
    return original(...args);
  };
}
syncBuiltinESMExports();

const { finalizeStaged, fixtureOf, openSink } = await import('./open-sink.js');
const { hostContext } = await import('./fixture-files.js');
const ctx = hostContext(workdir, () => Promise.reject(new Error('finalize of one part needs no codec')));
await finalizeStaged(
  openSink(ctx, { path }, () => (armed = true)),
  2,
  fixtureOf(10, 15),
  JSON.parse(step) as FinalizeStep,
  'after',
);
