import { fail, stableJson, type CodecService, type Column, type FileSet, type TargetInfo } from '@dpone/sdk';
import { formatOfName } from './formats.js';
import type { Layout } from './layout.js';
import { readEntries } from './ledger.js';
import { targetFiles, type TargetFile } from './target-files.js';

export interface TargetState extends TargetInfo {
  readonly files: readonly TargetFile[];
}

/** What the target is: what the last load left where the files are still those, else what the files themselves say. */
export async function inspectTarget(layout: Layout, codecs: CodecService): Promise<TargetState> {
  const files = await targetFiles(layout);
  if (files.length === 0) return { exists: false, schema: null, files };
  const [last] = await readEntries(layout.meta, 1);
  if (last !== undefined && sameFiles(last.files, files))
    return { exists: true, schema: { columns: last.columns.map(nullable) }, ...counted(last.receipt.finalRows), files };
  const full = files.filter((file) => file.size > 0);
  if (full.length === 0) return { exists: true, schema: { columns: [] }, rows: 0, files };
  const codec = await codecs.for(layout.lane);
  const { columns } = await codec.describe(fileSetOf(layout, full)).catch((error: unknown) => {
    throw unreadable(error, layout);
  });
  return { exists: true, schema: { columns: columns.map(nullable) }, files };
}

const counted = (rows: number | null): { readonly rows?: number } => (rows === null ? {} : { rows });

/** Nothing is put in the place of what could be anything: the codec's own error would speak of a source. */
function unreadable(error: unknown, layout: Layout): Error {
  const message = error instanceof Error ? error.message : String(error);
  return fail('DPONE_SINK_WRITE', `what is at ${layout.label} cannot be read as ${layout.lane}: ${message}`, {
    where: layout.target,
    remedy: 'Move it away, or name another path: dpone replaces and adds to tables only.',
    cause: error,
  });
}

/** Files say nothing about NOT NULL. */
const nullable = ({ name, type }: Column): Column => ({ name, type, nullable: true });

const sameFiles = (
  a: readonly { name: string; size: number }[],
  b: readonly { name: string; size: number }[],
): boolean => {
  const facts = (files: typeof a): string =>
    stableJson(
      files.map(({ name, size }) => ({ name, size })),
      0,
    );
  return facts(a) === facts(b);
};

/** The target's files as something to read. */
export function fileSetOf(layout: Layout, files: readonly TargetFile[]): FileSet {
  const named = layout.lane === 'parquet' ? 'none' : formatOfName(files[0]!.name).compression;
  return {
    lane: layout.lane,
    paths: files.map((file) => file.path),
    compression: layout.lane === 'parquet' ? 'none' : layout.single ? layout.compression : named,
    format: layout.format,
  };
}

/** Rows of the target; counted by reading where no receipt knows. */
export async function countTarget(
  layout: Layout,
  state: TargetState,
  codecs: CodecService,
  signal: AbortSignal,
): Promise<number> {
  const files = state.files.filter((file) => file.size > 0);
  if (state.rows !== undefined || files.length === 0) return state.rows ?? 0;
  const codec = await codecs.for(layout.lane);
  const set = fileSetOf(layout, files);
  const known = await codec.countRows(set);
  if (known !== undefined) return known;
  const { format, columns } = await codec.describe(set);
  let rows = 0;
  const read = codec.read({ ...set, format: format ?? set.format }, { columns: columns.slice(0, 1) }, signal);
  for await (const batch of read) rows += batch.rows;
  return rows;
}
