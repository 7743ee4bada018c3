import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GateContext, GateDefinition, GateReport } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { gateContext } from '@dpone/testkit';

/** A folder of its own in which gates run as their commands do, files included. */
export interface Workspace {
  readonly cwd: string;
  put(path: string, content: unknown): Promise<void>;
  read(path: string): Promise<string>;
  json(path: string): Promise<Record<string, unknown>>;
  run(gate: GateDefinition, input: Record<string, unknown>, given?: Partial<GateContext>): Promise<GateReport>;
}

/** Gives every test of a suite a fresh folder. */
export function inWorkspace(): Workspace {
  const here = { cwd: '' };
  beforeEach(async () => {
    here.cwd = await mkdtemp(join(tmpdir(), 'dpone-release-'));
  });
  afterEach(() => rm(here.cwd, { recursive: true }));
  const at = (path: string): string => join(here.cwd, path);
  return {
    get cwd() {
      return here.cwd;
    },
    put: async (path, content) => {
      await mkdir(dirname(at(path)), { recursive: true });
      const bytes = typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
      await writeFile(at(path), bytes);
    },
    read: (path) => readFile(at(path), 'utf8'),
    json: async (path) => JSON.parse(await readFile(at(path), 'utf8')) as Record<string, unknown>,
    run: (gate, input, given) => runGate(gate, input, gateContext(here.cwd, given)),
  };
}
