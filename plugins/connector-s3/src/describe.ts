import { fail, type Codec, type FileSet, type ReadRequest, type Schema } from '@dpone/sdk';
import type { FileForm } from './file-set.js';
import { uriOf } from './location.js';
import { sampleFiles, type Sampling } from './samples.js';
import type { Context, Reading } from './source-read.js';
import type { StoredObject } from './store.js';

export interface Description {
  readonly schema: Schema;
  readonly format: FileSet['format'];
  readonly rows?: number | undefined;
  /** Whether each part has every column: one that lacks some can be read beside the others only. */
  readonly alike: boolean;
}

/** Where nothing is to be read the target's columns are right; failing that, those of the newest object. */
export async function describe(
  full: readonly StoredObject[],
  parts: readonly (readonly StoredObject[])[],
  form: FileForm,
  request: ReadRequest,
  ctx: Context,
  sampling: Sampling,
  by: Reading,
): Promise<Description> {
  if (full.length === 0 && request.hint !== undefined && request.columns === undefined)
    return { schema: request.hint, format: form.format, rows: 0, alike: true };
  const objects = full.length > 0 ? full : newest((await by.list()).objects.filter((one) => one.size > 0));
  if (objects.length === 0)
    throw fail('DPONE_SOURCE_READ', 'every object is empty, so no column is known', {
      where: 'source.options.path',
      remedy: 'Write at least the header, or state the columns: source.options.columns.',
    });
  const codec = await ctx.codecs.for(form.lane);
  const samples = await sampleFiles(objects, form, sampling);
  try {
    const { format, ...schema } = await codec.describe(samples);
    if (schema.columns.length === 0)
      throw fail('DPONE_SOURCE_READ', `${uriOf(objects[0]!)} has no columns`, { where: uriOf(objects[0]!) });
    const rows = form.lane !== 'parquet' ? undefined : full.length === 0 ? 0 : await codec.countRows(samples);
    const alike = form.lane !== 'parquet' || (await haveAll(schema, parts, samples, codec));
    return { schema, format: format ?? form.format, rows, alike };
  } finally {
    await sampling.copies.remove(samples.paths);
  }
}

/** Text formats name every column of the read; a set of Parquet files has the columns of its own files. */
async function haveAll(
  schema: Schema,
  parts: readonly (readonly StoredObject[])[],
  samples: FileSet,
  codec: Codec,
): Promise<boolean> {
  if (parts.length < 2) return true;
  let at = 0;
  for (const { length } of parts) {
    const { columns } = await codec.describe({ ...samples, paths: samples.paths.slice(at, at + length) });
    if (columns.length !== schema.columns.length) return false;
    at += length;
  }
  return true;
}

const newest = (objects: readonly StoredObject[]): readonly StoredObject[] =>
  objects.toSorted((a, b) => (a.modified < b.modified ? 1 : -1)).slice(0, 1);
