import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
import { writing } from './errors.js';
import { countTarget, inspectTarget } from './inspect.js';
import { fileTarget, partPath } from './layout.js';
import { readEntry, type LedgerEntry } from './ledger.js';
import { assertFence } from './lock.js';
import { columnsAfter, onlyStep, refuseShifted } from './program.js';
import { carryOut, readIntent, writeIntent, type Intent, type Move } from './redo-log.js';
import type { LoadCall } from './sink-load.js';
import { stagedParts } from './staged-parts.js';

/** Decides the load by its intent, then carries the intent out. A load that has its receipt takes no effect again. */
export async function finalizeLoad(call: LoadCall, program: LoadProgram): Promise<FinalizeResult> {
  const { layout, load, ctx } = call;
  return writing(`changing ${layout.label}`, layout.target, async () => {
    const still = (): Promise<void> => assertFence(layout.meta, load.fence, layout.label);
    await ctx.step('finalize.begun');
    await still();
    const done = await readEntry(layout.meta, load.loadId);
    if (done !== null) return done.receipt;
    const open = await readIntent(layout.meta);
    if (open !== null)
      throw fail(
        'DPONE_SINK_WRITE',
        `load ${open.loadId} of ${layout.label} is not finished; it must be recovered first`,
      );
    const intent = await decide(call, program);
    ctx.signal.throwIfAborted();
    await still();
    await writeIntent(layout.meta, intent);
    await carryOut(layout.meta, intent, ctx.step, still);
    return intent.entry.receipt;
  });
}

async function decide(call: LoadCall, program: LoadProgram): Promise<Intent> {
  const { layout, load, ctx } = call;
  const how = onlyStep(layout, program);
  const before = await inspectTarget(layout, ctx.codecs);
  const existing = before.schema?.columns ?? [];
  if (how === 'append') refuseShifted(layout, existing, program);
  const rowsBefore = await countTarget(layout, before, ctx.codecs, ctx.signal);
  const rows = (await stagedParts(call.staging)).reduce((sum, part) => sum + part.rows, 0);
  // A target must have a file to exist, and a replaced one to keep its columns: one without rows where there are none.
  const wanted = rows > 0 || how === 'replace' || !before.exists;
  const moves = wanted ? await movesOf(call, program.columns, rows) : [];
  const created = moves.map(({ to, size }) => ({ name: basename(to), size }));
  const kept = how === 'append' ? before.files : [];
  const removes = how === 'replace' && !layout.single ? before.files.map((file) => file.path) : [];
  const files = [...kept.map(({ name, size }) => ({ name, size })), ...created].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
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
    moves,
    removes: removes.filter((path) => !moves.some((move) => move.to === path)),
    entry: { receipt, columns: columnsAfter(how, existing, program), files },
    state: program.state === null ? null : { ...program.state, loadId: load.loadId, updatedAt: committedAt },
  };
}

/** Every staged file with rows, on disk for good, and where it goes. */
async function movesOf(call: LoadCall, columns: readonly Column[], rows: number): Promise<Move[]> {
  const { layout, load } = call;
  const staged = (await stagedParts(call.staging)).filter((part) => part.rows > 0).map((part) => part.path);
  const paths =
    rows === 0 ? [await emptyFile(call, columns)] : layout.single ? [await oneFile(call, columns, staged)] : staged;
  const moves: Move[] = [];
  for (const [index, path] of paths.entries()) {
    const file = await open(path, 'r+');
    await file.sync();
    await file.close();
    moves.push({ from: path, to: partPath(layout, load.loadId, index), size: (await stat(path)).size });
  }
  return moves;
}

async function emptyFile({ layout, staging, ctx }: LoadCall, columns: readonly Column[]): Promise<string> {
  const path = join(staging, 'empty.data');
  const codec = await ctx.codecs.for(layout.lane, layout.lane);
  await codec.write(none(), { columns }, fileTarget(layout, path), ctx.signal);
  return path;
}

async function* none(): AsyncIterable<RowBatch> {}

/** A single file is made of all partitions. */
async function oneFile(
  { layout, staging, ctx }: LoadCall,
  columns: readonly Column[],
  paths: readonly string[],
): Promise<string> {
  if (paths.length === 1) return paths[0]!;
  const { lane } = layout;
  const to = fileTarget(layout, join(staging, 'whole.data'));
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
