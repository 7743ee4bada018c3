import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGate } from '@dpone/sdk/run-gate';
import type { GateContext, GateDefinition, GateHost, GateReport, InstalledPlugin } from '@dpone/sdk';
import { gateContext } from '@dpone/testkit';

/** What a test has installed. */
export const PLUGINS: readonly InstalledPlugin[] = [
  {
    name: '@dpone/connector-postgres',
    version: '0.1.0',
    description: 'Postgres',
    provides: ['source:postgres', 'sink:postgres'],
    homepage: null,
  },
  {
    name: '@acme/connector-ledger',
    version: '2.0.0',
    description: 'Ledger',
    provides: ['source:ledger', 'strategy:ledger_close'],
    homepage: 'https://acme.example/ledger',
  },
];

export const host = {
  plugins: () => PLUGINS,
  runGate: () => Promise.reject(new Error('no other gate')),
} as unknown as GateHost;

/** A gate as it runs in a program with plugins. */
export const hosted = <I, R extends GateReport>(gate: GateDefinition<I, R>): GateDefinition<I, R> => ({
  ...gate,
  evaluate: (input, ctx) => gate.evaluate(input, { ...ctx, host: () => Promise.resolve(host) }),
});

/** A folder of a test's own. */
export class Workspace {
  private constructor(readonly cwd: string) {}

  static async make(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'dpone-certification-')));
  }

  remove(): Promise<void> {
    return rm(this.cwd, { recursive: true });
  }

  async put(path: string, content: unknown): Promise<void> {
    await mkdir(join(this.cwd, dirname(path)), { recursive: true });
    await writeFile(join(this.cwd, path), typeof content === 'string' ? content : JSON.stringify(content));
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(this.cwd, path), 'utf8')) as Record<string, unknown>;
  }

  /** Judges and writes, as the command does. */
  run<I, R extends GateReport>(
    gate: GateDefinition<I, R>,
    input: Readonly<Record<string, unknown>>,
    given: Partial<GateContext> = {},
  ): Promise<R> {
    return runGate(gate, input, gateContext(this.cwd, { host: () => Promise.resolve(host), ...given }));
  }
}
