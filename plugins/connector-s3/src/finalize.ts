import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  fail,
  type Codec,
  type Column,
  type FileSet,
  type FinalizeResult,
  type LoadProgram,
  type RowBatch,
  type Schema,
} from '@dpone/sdk';
import { doing } from './errors.js';
import { assertFence, readHead } from './head.js';
import { countTarget, inspectTarget } from './inspect.js';
import { carryOut, decide, type Intent } from './intent.js';
import { fileTarget, partKey } from './layout.js';
import { contentsOf, readEntry, type LedgerEntry } from './ledger.js';
import { columnsAfter, onlyStep, refuseShifted } from './program.js';
import type { LoadCall } from './sink-load.js';
import { stagedParts, type StagedPart } from './staged-parts.js';
import type { Upload } from './uploads.js';

/** Decides the load by its intent, then carries the intent out. A load that has its receipt takes no effect again. */
export async function finalizeLoad(call: LoadCall, program: LoadProgram): Promise<FinalizeResult> {
  const { layout, load, ctx, store } = call;
  return doing(`changing ${layout.label}`, layout.label, 'DPONE_SINK_WRITE', async () => {
    await ctx.step('finalize.begun');
    await assertFence(store, layout.meta, load.fence, layout.label);
    const done = await readEntry(store, layout.meta, load.loadId);
    if (done !== null) return done.receipt;
    const open = (await readHead(store, layout.meta))?.head.intent ?? null;
    if (open !== null)
      throw fail('DPONE_SINK_WRITE', `load ${open} of ${layout.label} is not finished; it must be recovered first`);
    const intent = await plan(call, program);
    ctx.signal.throwIfAborted();
    await decide(store, layout, load.fence, intent);
    await carryOut(store, layout, intent, load.fence, ctx.step);
    return intent.entry.receipt;
  });
}

async function plan(call: LoadCall, program: LoadProgram): Promise<Intent> {
  const { layout, load, ctx, store, inspecting } = call;
  const how = onlyStep(layout, program);
  const before = await inspectTarget(inspecting);
  const existing = before.schema?.columns ?? [];
  if (how === 'append') refuseShifted(layout, existing, program);
  const rowsBefore = await countTarget(inspecting, before);
  const parts = await stagedParts(store, call.staging);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  // A target must have an object to exist, and a replaced one to keep its columns: one without rows where there are none.
  const wanted = rows > 0 || how === 'replace' || !before.exists;
  const uploads = wanted && rows > 0 ? await uploadsOf(call, program.columns, parts) : [];
  const puts = wanted && rows === 0 ? [await emptyObject(call, program.columns)] : [];
  const nameOf = (key: string): string => key.slice(layout.single ? key.lastIndexOf('/') + 1 : layout.target.length);
  const created = [
    ...uploads.map(({ key, size }) => ({ name: nameOf(key), size })),
    ...puts.map(({ key, base64 }) => ({ name: nameOf(key), size: Buffer.byteLength(base64, 'base64') })),
  ];
  const kept = how === 'append' ? before.objects : [];
  const removes = how === 'replace' && !layout.single ? before.objects.map((one) => one.key) : [];
  const committedAt = ctx.clock.now().toISOString();
  const receipt: LedgerEntry['receipt'] = {
    ...program.receipt,
    inserted: rows,
    updated: 0,
    deleted: how === 'replace' ? rowsBefore : 0,
    finalRows: how === 'replace' ? rows : rowsBefore + rows,
    committedAt,
  };
  return {
    loadId: load.loadId,
    uploads,
    puts,
    removes,
    entry: { receipt, columns: columnsAfter(how, existing, program), contents: contentsOf([...kept, ...created]) },
    state: program.state === null ? null : { ...program.state, loadId: load.loadId, updatedAt: committedAt },
  };
}

/** Every upload of staging that has rows. One object of several partitions is made of their files. */
async function uploadsOf(call: LoadCall, columns: readonly Column[], parts: readonly StagedPart[]): Promise<Upload[]> {
  const full = parts.filter((part) => part.rows > 0);
  const uploads = full.flatMap(({ upload }) => upload ?? []);
  if (uploads.length === full.length && (!call.layout.single || full.length === 1)) return uploads;
  const path = full.length === 1 ? full[0]!.path : await oneFile(call, columns, full);
  return [await call.upload(path, full[0]!.partition)];
}

async function emptyObject(call: LoadCall, columns: readonly Column[]): Promise<{ key: string; base64: string }> {
  const { layout, ctx, load } = call;
  const path = join(await call.folder(), 'empty.data');
  const codec = await ctx.codecs.for(layout.lane, layout.lane);
  await codec.write(none(), { columns }, fileTarget(layout, path), ctx.signal);
  return { key: partKey(layout, load.loadId, 0), base64: await readFile(path, 'base64') };
}

async function* none(): AsyncIterable<RowBatch> {}

/** A single object is made of all partitions. */
async function oneFile(
  { layout, ctx }: LoadCall,
  columns: readonly Column[],
  parts: readonly StagedPart[],
): Promise<string> {
  const { lane } = layout;
  const paths = parts.map((part) => part.path);
  const to = fileTarget(layout, join(dirname(paths[0]!), 'whole.data'));
  const codec = await ctx.codecs.for(lane, lane);
  const schema = { columns };
  const format = { ...layout.format, columns: columns.map((c) => c.name) };
  const from: FileSet = { lane, paths, compression: lane === 'parquet' ? 'none' : layout.compression, format };
  // The header of each of several text files would be guessed at; read one by one, with known columns, they are not.
  if (lane === 'csv' || lane === 'tsv')
    await codec.write(inTurn(codec, from, schema, ctx.signal), schema, to, ctx.signal);
  else await codec.convert({ from, to, schema, constants: [], badRows: 'fail' }, ctx.signal);
  return to.path;
}

async function* inTurn(codec: Codec, files: FileSet, schema: Schema, signal: AbortSignal): AsyncIterable<RowBatch> {
  for (const path of files.paths) yield* codec.read({ ...files, paths: [path] }, schema, signal);
}
