import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { LoadRef, PluginContext, StagingSpec } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import { useSession, type Server } from './server.js';
import type { CopyStream, Session } from './session.js';
import { columnList } from './sql.js';

/** One load's staging, as the ways of filling it see it. */
export interface StageContext {
  readonly server: Server;
  readonly names: StagingNames;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  /** The staged columns' types in the target, in the spec's order. */
  readonly types: readonly string[];
  readonly plugin: PluginContext;
}

export type Progress = (rows: number, bytes: number) => void;

export const staging: Doing = { what: 'staging', code: 'DPONE_SINK_WRITE' };

/** `COPY staging (...) FROM STDIN`: named columns, in the data's order. */
export const copyInto = (ctx: StageContext, format: 'binary' | 'text'): string =>
  `COPY ${ctx.names.rows} (${columnList(ctx.spec.columns)}) FROM STDIN (FORMAT ${format})`;

/** Moves a stream's bytes into a COPY; of two errors the one that came first is thrown. Resolves with the server's count. */
export async function carry(
  from: Readable,
  copy: CopyStream,
  signal: AbortSignal,
  onBytes?: (bytes: number) => void,
): Promise<number> {
  let bytes = 0;
  // A listener makes the stream flow: nothing may wait between it and the pipeline.
  if (onBytes !== undefined) from.on('data', (chunk: Buffer) => onBytes((bytes += chunk.length)));
  await pipeline(from, copy.stream, { signal });
  return copy.rows;
}

export const withSession = <T>(ctx: StageContext, work: (session: Session) => Promise<T>): Promise<T> =>
  useSession(ctx.server, work, ctx.plugin.signal.aborted ? undefined : ctx.plugin.signal);
