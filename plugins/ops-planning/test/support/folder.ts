import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GateContext, GateDefinition, GateReport } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { gateContext } from '@dpone/testkit';

/** An empty folder in which a gate runs as its command does. */
export interface Folder {
  readonly path: string;
  put(path: string, content: unknown): Promise<void>;
  text(path: string): Promise<string>;
  json(path: string): Promise<Record<string, unknown>>;
  /** Every file below it, sorted. */
  files(): Promise<string[]>;
  run<I, R extends GateReport>(gate: GateDefinition<I, R>, input: object, given?: Partial<GateContext>): Promise<R>;
  remove(): Promise<void>;
}

export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'dpone-planning-'));
  const text = (file: string): Promise<string> => readFile(join(path, file), 'utf8');
  return {
    path,
    text,
    put: async (file, content) => {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
    },
    json: async (file) => JSON.parse(await text(file)) as Record<string, unknown>,
    files: async () => {
      const found = await readdir(path, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
        .sort();
    },
    run: (gate, input, given) => runGate(gate, input as Record<string, unknown>, gateContext(path, given)),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
