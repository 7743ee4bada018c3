import type { LoadRef, PluginContext, StagingSpec } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { StagingNames } from './names.js';
import type { Server } from './server.js';
import type { Session } from './session.js';

/** One load's staging, as the ways of filling it see it. */
export interface StageContext {
  readonly server: Server;
  readonly names: StagingNames;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  /** The columns' types in staging, in the spec's order. */
  readonly types: readonly string[];
  readonly plugin: PluginContext;
}

export type Progress = (rows: number, bytes: number) => void;

export const staging: Doing = { what: 'staging', code: 'DPONE_SINK_WRITE' };

/** Runs `work` with a session of its own; also what cleans up after a run whose signal fired. */
export async function withSession<T>(
  ctx: Pick<StageContext, 'server' | 'plugin'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await ctx.server.session(ctx.plugin.signal.aborted ? undefined : ctx.plugin.signal);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}
