import { fail, type GateContext, type RollbackReport } from '@dpone/sdk';

export interface LiveRollback {
  readonly manifest: string;
  readonly selector?: string | undefined;
  readonly sink: string;
  readonly target: string;
  readonly load_id: string;
  readonly yes: boolean;
}

/** Asks the target, or changes it, through its sink plugin. What was said on the command line must be what the manifest says. */
export async function liveRollback(call: LiveRollback, ctx: GateContext): Promise<RollbackReport> {
  const { manifest, selector, sink, target, load_id, yes } = call;
  const host = await ctx.host();
  return host.withTarget({ manifest, selector }, async (live) => {
    if (live.system !== sink) throw differs('--sink', sink, live.system, manifest);
    if (!sameTable(target, live.table)) throw differs('--target', target, live.table, manifest);
    return live.rollback(load_id, { yes });
  });
}

const differs = (flag: string, said: string, found: string, manifest: string): Error =>
  fail('DPONE_INPUT_INVALID', `${flag} is ${said}, the manifest loads ${found}.`, { where: manifest });

/** A name without a schema means the one that the manifest has. */
function sameTable(said: string, found: string): boolean {
  const [a, b] = [said.split('.').reverse(), found.split('.').reverse()];
  return a[0] === b[0] && (a[1] === undefined || b[1] === undefined || a[1] === b[1]);
}
