import {
  fail,
  laneRefuses,
  nearest,
  type FileSet,
  type Json,
  type Lane,
  type LaneData,
  type LaneOffer,
  type Partition,
  type Predicate,
  type PredicateValue,
  type ReadRequest,
  type RowBatch,
  type Schema,
  type SourceContext,
  type SourceRead,
  type StateAdvance,
} from '@dpone/sdk';
import { assertSamePartition } from '@dpone/sdk/connector';
import type { S3Connection } from './connection/settings.js';
import type { Transfer } from './download.js';
import { describe } from './describe.js';
import { formOf, type FileForm } from './file-set.js';
import type { Limit } from './limit.js';
import { LocalCopies } from './local-copies.js';
import { locate, uriOf } from './location.js';
import type { SourceOptions } from './options.js';
import { PartitionFiles, splitObjects } from './partition-files.js';
import { remoteFiles, remoteOffers } from './remote.js';
import type { Listed } from './source.js';
import type { StoredObject } from './store.js';
import { lastKey, lastKeys, newObjects } from './taken-objects.js';
import { assertUnchanged } from './unchanged.js';

export type Context = SourceContext<S3Connection, SourceOptions>;

export interface Reading {
  readonly limit: Limit;
  /** Everything that the paths have now. */
  readonly list: () => Promise<Listed>;
}

/** A read of the objects as they were listed; what a load has taken before is left out where the cursor is `new_files`. */
export async function openRead(listed: Listed, request: ReadRequest, ctx: Context, by: Reading): Promise<SourceRead> {
  const { options, signal } = ctx;
  const { objects, advance } = scopeOf(listed, request, options);
  const named = listed.objects.length > 0 ? listed.objects : lastTaken(request.state, ctx);
  const form = formOf(named, options);
  // A text object of no bytes holds no rows, and no reader finds columns in it.
  const full = form.lane === 'parquet' ? objects : objects.filter((one) => one.size > 0);
  const transfer: Transfer = {
    partBytes: options.part_size << 20,
    attempts: options.max_attempts,
    limit: by.limit,
    signal,
  };
  const copies = new LocalCopies(listed.stores, transfer, () => ctx.tempDir());
  const sampling = { stores: listed.stores, copies, transfer };
  try {
    const split = splitObjects(full, request.parallel);
    const description = await describe(full, split, form, request, ctx, sampling, by);
    const schema = pick(description.schema, request.columns);
    const where = predicateOf(request, schema);
    const parts = description.alike ? split : [full].filter((part) => part.length > 0);
    const files = new PartitionFiles(copies, parts, request.parallel);
    const codec = await ctx.codecs.for(form.lane);
    const bytes = sizeOf(full);
    const rows = where === undefined ? description.rows : undefined;
    const specs = parts.map((part): Json => part.map((one) => [uriOf(one), one.size, one.etag, one.versionId ?? null]));
    const data = async ({ index, spec }: Partition, lane: Lane): Promise<LaneData> => {
      assertSamePartition(spec, specs[index] ?? null, 'objects');
      if (lane.remote === true) {
        const set: FileSet = {
          ...form,
          format: description.format,
          paths: [],
          ...(where === undefined ? {} : { where }),
        };
        return {
          transport: 'pull',
          files: set,
          schema,
          remote: await remoteFiles(parts[index]!, listed.stores, ctx.connection),
        };
      }
      const paths = await files.take(index);
      const set: FileSet = { ...form, format: description.format, paths, ...(where === undefined ? {} : { where }) };
      const release = (): Promise<void> => files.release(index);
      if (lane.transport === 'rows')
        return { transport: 'rows', schema, batches: ending(codec.read(set, schema, signal), release) };
      return { transport: 'pull', files: set, schema, sent: await codec.countRows(set), release };
    };
    return {
      schema,
      estimate: { bytes, ...(rows === undefined ? {} : { rows }) },
      partitions: parts.map((part, index) => ({
        index,
        spec: specs[index]!,
        estimate: { bytes: sizeOf(part) },
      })),
      lanes: [...offers(form.lane), ...remoteOffers(form, full, ctx)],
      advance: advance.kind === 'max' ? { ...advance, column: columnNamed(advance.column, schema).name } : advance,
      identity: { objects: objects.map(identityOf) },
      data,
      verify: () =>
        options.versions
          ? Promise.resolve()
          : assertUnchanged(objects, {
              stores: listed.stores,
              limit: by.limit,
              signal,
              list: async () => (await by.list()).objects,
            }),
      close: async () => {
        await files.settle();
        await copies.close();
      },
    };
  } catch (error) {
    await copies.close();
    throw error;
  }
}

const sizeOf = (objects: readonly StoredObject[]): number => objects.reduce((sum, one) => sum + one.size, 0);

const identityOf = (one: StoredObject): Json => ({
  path: uriOf(one),
  size: one.size,
  etag: one.etag,
  modified: one.modified,
  ...(one.versionId === undefined ? {} : { version: one.versionId }),
});

async function* ending(batches: AsyncIterable<RowBatch>, release: () => Promise<void>): AsyncIterable<RowBatch> {
  try {
    yield* batches;
  } finally {
    await release();
  }
}

const offers = (lane: FileForm['lane']): LaneOffer[] => [
  { id: lane, transport: 'pull', cost: 1, refuses: (column) => laneRefuses(lane, column.type) },
  { id: 'rows', transport: 'rows', cost: 20 },
];

/** What the last load took stands for the rest where nothing came since: its name says the format. */
function lastTaken(state: Json, { options, connection }: Context): StoredObject[] {
  const paths = [options.path ?? options.paths ?? []].flat();
  return paths.flatMap((path) => {
    const key = lastKey(state, path);
    if (key === undefined) return [];
    return [{ bucket: locate(path, connection, 'source.options.path').bucket, key, size: 0, etag: '', modified: '' }];
  });
}

function scopeOf(
  listed: Listed,
  request: ReadRequest,
  options: SourceOptions,
): { readonly objects: readonly StoredObject[]; readonly advance: StateAdvance } {
  const { scope, state } = request;
  if (scope === 'all') return { objects: listed.objects, advance: { kind: 'none' } };
  switch (scope.cursor) {
    case 'new_files': {
      if (options.keys_ascend)
        return { objects: listed.objects, advance: { kind: 'value', state: lastKeys(state, listed.byPath) } };
      const taken = newObjects(listed.objects, request, options.changed_files);
      return { objects: taken.objects, advance: { kind: 'value', state: taken.state } };
    }
    case 'column':
      if (scope.column !== undefined)
        return { objects: listed.objects, advance: { kind: 'max', column: scope.column } };
      throw fail('DPONE_OPTION_CONFLICT', 'the cursor is a column, and none is named', {
        where: 'source.options.incremental_column',
      });
    default:
      throw fail('DPONE_CAPABILITY', `an s3 source has no ${scope.cursor} cursor`, {
        where: 'source.options.incremental_strategy',
        remedy: 'It has: new_files, column.',
      });
  }
}

function pick(schema: Schema, names: readonly string[] | undefined): Schema {
  if (names === undefined) return schema;
  return { columns: names.map((name) => columnNamed(name, schema)) };
}

function columnNamed(name: string, schema: Schema): Schema['columns'][number] {
  const { columns } = schema;
  const found =
    columns.find((c) => c.name === name) ?? columns.find((c) => c.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const near = nearest(
    name,
    columns.map((c) => c.name),
  );
  throw fail('DPONE_SOURCE_NOT_FOUND', `the objects have no column ${name}`, {
    where: `column ${name}`,
    remedy: near === undefined ? `They have: ${columns.map((c) => c.name).join(', ')}.` : `Did you mean ${near}?`,
  });
}

/**
 * The manifest's own condition, and for the cursor `column` what is past the largest value that was loaded; from it on
 * where rows may repeat, so that a tie that came later is taken too.
 */
function predicateOf(request: ReadRequest, schema: Schema): Predicate | undefined {
  const parts: Predicate[] = request.where === undefined ? [] : [request.where];
  const { scope, state, mayRepeat } = request;
  if (scope !== 'all' && scope.cursor === 'column') {
    const column = columnNamed(scope.column!, schema).name;
    if (state !== null) parts.push({ op: mayRepeat === true ? 'ge' : 'gt', column, value: valueOf(state) });
  }
  return parts.length === 0 ? undefined : parts.length === 1 ? parts[0] : { op: 'and', all: parts };
}

function valueOf(state: Json): PredicateValue {
  if (typeof state !== 'object') return state;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is no value of a column', {
    remedy: 'Begin anew: dpone state reset <manifest> --yes.',
  });
}
