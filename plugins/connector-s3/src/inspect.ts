import { fail, type CodecService, type Column, type FileSet, type TargetInfo } from '@dpone/sdk';
import { limitTo } from './limit.js';
import type { Transfer } from './download.js';
import type { FileForm } from './file-set.js';
import { formatOfName } from './formats.js';
import { readHead } from './head.js';
import type { Layout } from './layout.js';
import { contentsOf, readEntry } from './ledger.js';
import { LocalCopies } from './local-copies.js';
import { sampleFiles } from './samples.js';
import type { Store } from './store.js';
import { targetObjects, type TargetObject } from './target-objects.js';

export interface TargetState extends TargetInfo {
  readonly objects: readonly TargetObject[];
}

export interface Inspecting {
  readonly store: Store;
  readonly layout: Layout;
  readonly codecs: CodecService;
  readonly transfer: Omit<Transfer, 'limit'>;
  readonly parallel: number;
  readonly tempDir: () => Promise<string>;
}

/** What the target is: what the last load left where the objects are still those, else what the objects themselves say. */
export async function inspectTarget(by: Inspecting): Promise<TargetState> {
  const { store, layout, transfer } = by;
  const objects = await targetObjects(store, layout, transfer.signal);
  if (objects.length === 0) return { exists: false, schema: null, objects };
  const loadId = (await readHead(store, layout.meta, transfer.signal))?.head.last ?? null;
  const last = loadId === null ? null : await readEntry(store, layout.meta, loadId);
  if (last !== null && last.contents === contentsOf(objects))
    return {
      exists: true,
      schema: { columns: last.columns.map(nullable) },
      ...counted(last.receipt.finalRows),
      objects,
    };
  const full = objects.filter((one) => one.size > 0);
  if (full.length === 0) return { exists: true, schema: { columns: [] }, rows: 0, objects };
  const columns = await withCopies(by, async (copies, whole) => {
    const codec = await by.codecs.for(layout.lane);
    const sampling = { stores: new Map([[store.bucket, store]]), copies, transfer: whole };
    const samples = await sampleFiles(full, formOf(layout, full), sampling);
    return (await codec.describe(samples)).columns;
  }).catch((error: unknown) => {
    throw unreadable(error, layout);
  });
  return { exists: true, schema: { columns: columns.map(nullable) }, objects };
}

const counted = (rows: number | null): { readonly rows?: number } => (rows === null ? {} : { rows });

/** Nothing is put in the place of what could be anything: the codec's own error would speak of a source. */
function unreadable(error: unknown, layout: Layout): Error {
  const message = error instanceof Error ? error.message : String(error);
  return fail('DPONE_SINK_WRITE', `what is at ${layout.label} cannot be read as ${layout.lane}: ${message}`, {
    where: layout.label,
    remedy: 'Move it away, or name another path: dpone replaces and adds to tables only.',
    cause: error,
  });
}

/** Objects say nothing about NOT NULL. */
const nullable = ({ name, type }: Column): Column => ({ name, type, nullable: true });

function formOf(layout: Layout, objects: readonly TargetObject[]): FileForm {
  const { lane, format } = layout;
  if (lane === 'parquet') return { lane, format, compression: 'none' };
  return { lane, format, compression: layout.single ? layout.compression : formatOfName(objects[0]!.name).compression };
}

async function withCopies<T>(by: Inspecting, use: (copies: LocalCopies, transfer: Transfer) => Promise<T>): Promise<T> {
  const transfer = { ...by.transfer, limit: limitTo(by.parallel) };
  const copies = new LocalCopies(new Map([[by.store.bucket, by.store]]), transfer, by.tempDir);
  try {
    return await use(copies, transfer);
  } finally {
    await copies.close();
  }
}

/** Rows of the target; counted by reading where no receipt knows. */
export async function countTarget(by: Inspecting, state: TargetState): Promise<number> {
  const { layout, codecs, transfer } = by;
  const full = state.objects.filter((one) => one.size > 0);
  if (state.rows !== undefined || full.length === 0) return state.rows ?? 0;
  const codec = await codecs.for(layout.lane);
  const form = formOf(layout, full);
  return withCopies(by, async (copies, whole) => {
    if (layout.lane === 'parquet') {
      const sampling = { stores: new Map([[by.store.bucket, by.store]]), copies, transfer: whole };
      const known = await codec.countRows(await sampleFiles(full, form, sampling));
      if (known !== undefined) return known;
    }
    let rows = 0;
    for (const one of full) {
      const paths = await copies.fetch([one]);
      const set: FileSet = { ...form, paths };
      const { format, columns } = await codec.describe(set);
      const read = codec.read(
        { ...set, format: format ?? set.format },
        { columns: columns.slice(0, 1) },
        transfer.signal,
      );
      for await (const batch of read) rows += batch.rows;
      await copies.remove(paths);
    }
    return rows;
  });
}
