import { fail, type Schema } from '@dpone/sdk';
import { toPgCopy } from './columnar/parquet-to-pg-copy.js';
import { openPlainParquet } from './columnar/plain-parquet-file.js';
import type { Put } from './copy-put.js';
import { pgTargetOf } from './pg-target.js';
import { copyInto, staging, withSession, type Progress, type StageContext } from './stage-context.js';

/** A plain Parquet file into staging, by as many connections as there are threads; resolves with the server's count. */
export async function stageParquet(
  path: string,
  schema: Schema,
  ctx: StageContext,
  onProgress: Progress,
): Promise<number> {
  const targets = ctx.types.map((type, i) => {
    const target = pgTargetOf(ctx.spec.columns[i]!.name, type);
    if (target === undefined)
      throw fail('DPONE_NO_LANE', `${type} is written as text only`, { where: `column ${schema.columns[i]?.name}` });
    return target;
  });
  const file = await openPlainParquet(path);
  try {
    const shares = split(file.rowGroups.length, ctx.plugin.limits.threads);
    let bytes = 0;
    const copied = await Promise.all(
      shares.map((groups) =>
        withSession(ctx, async (session) => {
          const pour = async (put: Put): Promise<void> => {
            let sent: Promise<void> | undefined;
            for await (const piece of toPgCopy(file, groups, targets)) {
              await sent;
              onProgress(0, (bytes += piece.length));
              sent = put(piece);
              // Met when the next piece is made.
              sent.catch(() => undefined);
            }
            await sent;
          };
          return session.feedIn(copyInto(ctx, 'binary'), pour, staging, ctx.plugin.signal);
        }),
      ),
    );
    return copied.reduce((a, b) => a + b, 0);
  } finally {
    await file.close();
  }
}

/** Row groups dealt out, so that the parts end at about the same time. */
function split(groups: number, parts: number): number[][] {
  const shares = Array.from({ length: Math.max(1, Math.min(parts, groups)) }, (): number[] => []);
  for (let group = 0; group < groups; group++) shares[group % shares.length]!.push(group);
  return shares.filter((share) => share.length > 0);
}
