import { Readable } from 'node:stream';
import { fail, type Schema } from '@dpone/sdk';
import { toPgCopy } from './columnar/parquet-to-pg-copy.js';
import { openPlainParquet } from './columnar/plain-parquet-file.js';
import { pgTargetOf } from './pg-target.js';
import { carry, copyInto, staging, withSession, type Progress, type StageContext } from './stage-context.js';

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
          const copy = session.copyIn(copyInto(ctx, 'binary'), staging, ctx.plugin.signal);
          async function* chunks(): AsyncIterable<Buffer> {
            for await (const chunk of toPgCopy(file, groups, targets)) {
              onProgress(0, (bytes += chunk.length));
              yield chunk;
            }
          }
          return carry(Readable.from(chunks(), { objectMode: false }), copy, ctx.plugin.signal);
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
