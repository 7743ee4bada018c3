import { join, resolve } from 'node:path';
import {
  fail,
  isJsonObject,
  readArtifact,
  stableJson,
  type GateContext,
  type GateReport,
  type JsonObject,
} from '@dpone/sdk';

interface Kept {
  /** The folder of the record. */
  readonly folder: string;
  /** Its file in it. */
  readonly file: string;
  /** Whether a record that stands there is about the same thing, so that it must stay what it is. */
  readonly same: (before: JsonObject) => boolean;
  /** Keys that are the clock's, not the caller's: they do not make a repeated call another record. */
  readonly clock: readonly string[];
}

/**
 * A record for good: the same call again gives the record that is there, another one about the same thing is refused.
 * A record of something else in the same folder gives way, as in a folder called `latest`.
 */
export async function keptRecord<R extends GateReport>(ctx: GateContext, kept: Kept, report: R): Promise<R> {
  const path = join(kept.folder, kept.file);
  const artifact = await readArtifact(resolve(ctx.cwd, path));
  if (artifact.state === 'missing') return report;
  const before = artifact.state === 'json' && isJsonObject(artifact.value) ? artifact.value : undefined;
  if (before === undefined)
    throw fail('DPONE_FILE_EXISTS', 'The record that is there cannot be read.', { where: path });
  if (!kept.same(before)) return report;
  const told = (record: object): string =>
    stableJson(Object.fromEntries(Object.entries(record).filter(([key]) => !kept.clock.includes(key))));
  if (told(before) === told(report)) return before as unknown as R;
  throw fail('DPONE_FILE_EXISTS', 'This record is there already and says something else; it is never replaced.', {
    where: path,
    remedy: 'Use another id, or another output folder.',
  });
}
