import type { ProtocolStep } from '@dpone/engine';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegistry } from '../matrix/registry.js';
import { load } from '../support/engine-host.js';

/** A load that a worker is asked for. */
export interface Order {
  readonly project: string;
  readonly manifest: object;
  /** The step at which the process kills itself. */
  readonly killAt: ProtocolStep | null;
  readonly clockMinutes: number;
}

/** What a load came to; nothing comes where the process was killed. */
export interface Answer {
  readonly passed: boolean;
  readonly errors: readonly string[];
}

const { plugins } = await readRegistry();

process.on('message', (order: Order) => {
  void carryOut(order).then((answer) => process.send!(answer));
});
process.send!('ready');

async function carryOut({ project, manifest, killAt, clockMinutes }: Order): Promise<Answer> {
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), content);
  };
  try {
    const { passed, result } = await load({ path: project, write }, manifest, plugins, {
      clock: { now: () => new Date(Date.now() + clockMinutes * 60_000) },
      lockTimeoutMs: 60_000,
      onEvent: (event) => {
        if (event.type === 'step' && event.step === killAt) process.kill(process.pid, 'SIGKILL');
      },
    });
    return { passed, errors: result.errors.map(({ code, message }) => `${code}: ${message}`) };
  } catch (error) {
    return { passed: false, errors: [String(error)] };
  }
}
