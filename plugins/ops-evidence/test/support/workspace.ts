import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runGate } from '@dpone/sdk/run-gate';
import type { GateContext, GateDefinition, GateReport } from '@dpone/sdk';
import { gateContext } from '@dpone/testkit';

/** A folder of a test's own. */
export class Workspace {
  private constructor(readonly cwd: string) {}

  static async make(): Promise<Workspace> {
    return new Workspace(await mkdtemp(join(tmpdir(), 'dpone-evidence-')));
  }

  remove(): Promise<void> {
    return rm(this.cwd, { recursive: true });
  }

  async put(path: string, content: unknown): Promise<void> {
    await mkdir(join(this.cwd, dirname(path)), { recursive: true });
    const isFile = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(join(this.cwd, path), isFile ? content : JSON.stringify(content));
  }

  text(path: string): Promise<string> {
    return readFile(join(this.cwd, path), 'utf8');
  }

  async json(path: string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.text(path)) as Record<string, unknown>;
  }

  /** Judges and writes, as the command does. */
  run<I, R extends GateReport>(
    gate: GateDefinition<I, R>,
    input: Readonly<Record<string, unknown>>,
    given: Partial<GateContext> = {},
  ): Promise<R> {
    return runGate(gate, input, gateContext(this.cwd, given));
  }
}
