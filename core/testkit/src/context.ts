import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { API_VERSION, fail, type Codec, type CodecDefinition, type Logger, type PluginContext } from '@dpone/sdk';

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** The clock of every case: the same moment, so that what a system writes can be compared byte by byte. */
export const CASE_TIME = new Date('2026-03-01T12:34:56.789Z');

/** One case's host: a folder, codecs, a signal; everything is closed and removed at its end. */
export interface Case {
  readonly workdir: string;
  readonly ctx: PluginContext;
  /** Cancels what was started with `ctx`. */
  cancel(): void;
}

export interface CaseOptions {
  readonly codecs?: readonly CodecDefinition[] | undefined;
}

/** Runs a function with a host of its own. */
export async function inCase<T>(options: CaseOptions, run: (c: Case) => Promise<T>): Promise<T> {
  const workdir = await mkdtemp(join(tmpdir(), 'dpone-case-'));
  const cancellation = new AbortController();
  const opened = new Map<CodecDefinition, Promise<Codec>>();
  const ctx: PluginContext = {
    apiVersion: API_VERSION,
    log: SILENT,
    signal: cancellation.signal,
    clock: { now: () => CASE_TIME },
    workdir,
    tempDir: () => mkdtemp(join(workdir, '.temp-')),
    limits: { memoryBytes: 256 * 1024 * 1024, threads: 2 },
    codecs: {
      for: (from, to) => {
        const definition = options.codecs?.find(
          (d) => d.reads.includes(from) && (to === undefined || d.writes.includes(to)),
        );
        if (definition === undefined)
          throw fail(
            'DPONE_TYPE_UNKNOWN',
            `The scenario names no codec that reads ${from}${to === undefined ? '' : ` and writes ${to}`}.`,
          );
        const codec = opened.get(definition) ?? Promise.resolve(definition.create(ctx));
        opened.set(definition, codec);
        return codec;
      },
    },
  };
  try {
    return await run({ workdir, ctx, cancel: () => cancellation.abort() });
  } finally {
    for (const codec of opened.values()) await (await codec).close();
    await rm(workdir, { recursive: true, force: true });
  }
}
