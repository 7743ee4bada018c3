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
  type Schema,
  type SourceContext,
  type SourceRead,
  type StateAdvance,
} from '@dpone/sdk';
import { assertSamePartition } from '@dpone/sdk/connector';
import { fileSet } from './file-set.js';
import type { ListedFile } from './listing.js';
import type { SourceOptions } from './options.js';
import { newFiles } from './taken-files.js';
import { assertUnchanged } from './unchanged.js';

type Context = Pick<SourceContext<null, SourceOptions>, 'options' | 'codecs' | 'signal'>;

/** A read of the files as they are now; what a load has taken before is left out where the cursor is `new_files`. */
export async function openRead(listed: readonly ListedFile[], request: ReadRequest, ctx: Context): Promise<SourceRead> {
  const { files, advance } = scopeOf(listed, request, ctx.options);
  const set = fileSet(listed, ctx.options);
  // A text file of no bytes holds no rows, and no reader finds columns in it.
  const full = set.lane === 'parquet' ? files : files.filter((f) => f.size > 0);
  const description = await describe(full, listed, request, ctx);
  const schema = pick(description.schema, request.columns);
  const where = predicateOf(request, schema);
  const read: FileSet = {
    ...set,
    paths: full.map((f) => f.path),
    format: description.format,
    ...(where === undefined ? {} : { where }),
  };
  const codec = await ctx.codecs.for(set.lane);
  const sent = full.length === 0 ? 0 : await unlessMoved(full, () => codec.countRows(read));
  const estimate = { bytes: full.reduce((sum, f) => sum + f.size, 0), ...(sent === undefined ? {} : { rows: sent }) };
  const spec = full.map((f): Json => [f.name, f.size, String(f.mtimeNs)]);
  return {
    schema,
    estimate,
    partitions: full.length === 0 ? [] : [{ index: 0, spec, estimate }],
    lanes: offers(set.lane),
    advance: advance.kind === 'max' ? { ...advance, column: columnNamed(advance.column, schema).name } : advance,
    identity: { files: files.map((f) => ({ path: f.name, size: f.size, modified: modified(f) })) },
    data: async (partition: Partition, lane: Lane): Promise<LaneData> => {
      assertSamePartition(partition.spec, spec, 'files');
      return lane.transport === 'rows'
        ? { transport: 'rows', schema, batches: codec.read(read, schema, ctx.signal) }
        : { transport: 'pull', files: read, schema, sent };
    },
    verify: () => assertUnchanged(files),
    close: () => Promise.resolve(),
  };
}

const offers = (lane: FileSet['lane']): LaneOffer[] => [
  { id: lane, transport: 'pull', cost: 1, refuses: (column) => laneRefuses(lane, column.type) },
  { id: 'rows', transport: 'rows', cost: 20 },
];

const modified = (file: ListedFile): string => new Date(Number(file.mtimeNs / 1_000_000n)).toISOString();

function scopeOf(
  listed: readonly ListedFile[],
  request: ReadRequest,
  options: SourceOptions,
): { readonly files: readonly ListedFile[]; readonly advance: StateAdvance } {
  const { scope } = request;
  if (scope === 'all') return { files: listed, advance: { kind: 'none' } };
  switch (scope.cursor) {
    case 'new_files': {
      const { files, state } = newFiles(listed, request, options.changed_files);
      return { files, advance: { kind: 'value', state } };
    }
    case 'column':
      if (scope.column !== undefined) return { files: listed, advance: { kind: 'max', column: scope.column } };
      throw fail('DPONE_OPTION_CONFLICT', 'the cursor is a column, and none is named', {
        where: 'source.options.incremental_column',
      });
    default:
      throw fail('DPONE_CAPABILITY', `a files source has no ${scope.cursor} cursor`, {
        where: 'source.options.incremental_strategy',
        remedy: 'It has: new_files, column.',
      });
  }
}

interface Description {
  readonly schema: Schema;
  readonly format: FileSet['format'];
}

/** Where nothing is to be read the target's columns are right; failing that, those of the newest file. */
async function describe(
  full: readonly ListedFile[],
  listed: readonly ListedFile[],
  request: ReadRequest,
  ctx: Context,
): Promise<Description> {
  const files = full.length > 0 ? full : newest(listed.filter((f) => f.size > 0));
  const set = fileSet(files.length > 0 ? files : listed, ctx.options);
  if (full.length === 0 && request.hint !== undefined && request.columns === undefined)
    return { schema: request.hint, format: set.format };
  if (files.length === 0)
    throw fail(
      'DPONE_SOURCE_READ',
      `${listed
        .map((f) => f.name)
        .slice(0, 3)
        .join(', ')}: empty, so no column is known`,
      {
        where: listed[0]!.name,
        remedy: 'Write at least the header, or state the columns: source.options.columns.',
      },
    );
  const codec = await ctx.codecs.for(set.lane);
  const { format, ...schema } = await unlessMoved(files, () => codec.describe(set));
  if (schema.columns.length === 0)
    throw fail('DPONE_SOURCE_READ', `${files[0]!.name} has no columns`, { where: files[0]!.name });
  return { schema, format: format ?? set.format };
}

const newest = (files: readonly ListedFile[]): readonly ListedFile[] =>
  files.toSorted((a, b) => Number(b.mtimeNs - a.mtimeNs)).slice(0, 1);

/** What failed because a file moved says so: that is the cause, and running again mends it. */
async function unlessMoved<T>(files: readonly ListedFile[], look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    await assertUnchanged(files);
    throw error;
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
  throw fail('DPONE_SOURCE_NOT_FOUND', `the files have no column ${name}`, {
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
