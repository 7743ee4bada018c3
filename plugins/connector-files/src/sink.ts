import { access, constants, readdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  fail,
  isDponeError,
  typeName,
  type CheckResult,
  type Column,
  type LaneOffer,
  type LoadProgram,
  type LoadRef,
  type Receipt,
  type Sink,
  type SinkContext,
  type SinkLoad,
  type StagingSpec,
  type StateRecord,
  type TargetInfo,
  type TargetLock,
} from '@dpone/sdk';
import { isMissing, writeError, writing } from './errors.js';
import { formatRefuses } from './format-limits.js';
import { FILE_LANES } from './formats.js';
import { inspectTarget } from './inspect.js';
import { layoutOf, stagedLoad, stagingPath, type Layout } from './layout.js';
import { readEntries, readEntry, readState, readStates, removeState } from './ledger.js';
import { takeLock, type LockOwner } from './lock.js';
import type { SinkOptions } from './options.js';
import { explainProgram } from './program.js';
import { carryOut, readIntent } from './redo-log.js';
import { FilesLoad, makeStaging, type LoadCall } from './sink-load.js';

const nothing = (): Promise<void> => Promise.resolve();

/** A file, or a folder of files, as a table. Holds nothing open between calls. */
export class FilesSink implements Sink {
  readonly #ctx: SinkContext<null, SinkOptions>;
  readonly #layout: Layout;

  constructor(ctx: SinkContext<null, SinkOptions>) {
    this.#ctx = ctx;
    this.#layout = layoutOf(ctx.options, ctx.workdir);
  }

  async check(): Promise<CheckResult[]> {
    const { label, single, lane } = this.#layout;
    const name = `write ${label}`;
    try {
      await this.#assertWritable();
      await this.inspect();
      return [{ name, status: 'pass', message: `${single ? 'one file' : 'a folder of files'}, ${lane}` }];
    } catch (error) {
      const remedy = isDponeError(error) ? { remedy: error.remedy } : {};
      return [{ name, status: 'fail', message: error instanceof Error ? error.message : String(error), ...remedy }];
    }
  }

  /** The target is written by renames, which ask the folder; a file that is marked read-only is left alone all the same. */
  async #assertWritable(): Promise<void> {
    const { label, target, parent, single } = this.#layout;
    try {
      if ((await kindOf(target)) !== undefined) await access(target, constants.W_OK);
      await access(await nearestFolder(parent), constants.W_OK | constants.X_OK);
    } catch (error) {
      throw writeError(error, `${label} cannot be written`, target);
    }
    if (single && (await kindOf(target)) === 'other')
      throw fail('DPONE_SINK_WRITE', `${label} is no regular file`, { where: target });
  }

  inspect(): Promise<TargetInfo> {
    return inspectTarget(this.#layout, this.#ctx.codecs).then(({ exists, schema, rows }) => ({
      exists,
      schema,
      ...(rows === undefined ? {} : { rows }),
    }));
  }

  accepts(columns: readonly Column[]): readonly LaneOffer[] {
    const own = this.#layout.lane;
    const refuses = (column: Column): string | undefined => formatRefuses(own, column);
    const pull = FILE_LANES.map((id): LaneOffer => ({ id, transport: 'pull', cost: id === own ? 1.5 : 2, refuses }));
    const framework = columns.some((column) => column.name.startsWith('__dpone__'));
    // With columns of the load itself a pushed file is written twice.
    const push: LaneOffer = { id: own, transport: 'push', cost: framework ? 3 : 1, refuses };
    return [...pull, push, { id: 'rows', transport: 'rows', cost: 20, refuses }];
  }

  physicalType(column: Column): { readonly type: string } | { readonly refused: string } {
    const refused = formatRefuses(this.#layout.lane, column);
    return refused === undefined ? { type: typeName(column.type) } : { refused };
  }

  explain(program: LoadProgram): readonly string[] {
    return explainProgram(this.#layout, program);
  }

  async lock(owner: LockOwner, waitMs: number): Promise<TargetLock> {
    await this.#assertWritable();
    return takeLock(this.#layout.meta, this.#layout.label, owner, waitMs, this.#ctx.signal);
  }

  async openLoads(): Promise<readonly { readonly loadId: string }[]> {
    const { parent, meta } = this.#layout;
    const names = await readdir(parent).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const staged = names.flatMap((name) => stagedLoad(this.#layout, name) ?? []);
    const intent = await readIntent(meta);
    return [...new Set([...staged, ...(intent === null ? [] : [intent.loadId])])]
      .toSorted()
      .map((loadId) => ({ loadId }));
  }

  async recover(loadId: string): Promise<'finished' | 'undone'> {
    const { meta, label } = this.#layout;
    return writing(`recovering ${label}`, meta, async () => {
      const intent = await readIntent(meta);
      const mine = intent?.loadId === loadId;
      if (mine) await carryOut(meta, intent, nothing, nothing);
      await rm(stagingPath(this.#layout, loadId), { recursive: true, force: true });
      return mine ? 'finished' : 'undone';
    });
  }

  async receipt(loadId: string): Promise<Receipt | null> {
    return (await readEntry(this.#layout.meta, loadId))?.receipt ?? null;
  }

  async history(limit: number): Promise<readonly Receipt[]> {
    return (await readEntries(this.#layout.meta, limit)).map((entry) => entry.receipt);
  }

  state(key: string): Promise<StateRecord | null> {
    return readState(this.#layout.meta, key);
  }

  states(): Promise<readonly StateRecord[]> {
    return readStates(this.#layout.meta);
  }

  resetState(key: string): Promise<void> {
    return removeState(this.#layout.meta, key);
  }

  async begin(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    const call = this.#call(load, spec);
    await makeStaging(call);
    return new FilesLoad(call);
  }

  attach(load: LoadRef, spec: StagingSpec): Promise<SinkLoad> {
    return Promise.resolve(new FilesLoad(this.#call(load, spec)));
  }

  #call(load: LoadRef, spec: StagingSpec): LoadCall {
    return { load, spec, layout: this.#layout, staging: stagingPath(this.#layout, load.loadId), ctx: this.#ctx };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The folder, or the nearest above it that is there: in it the others are made. */
async function nearestFolder(path: string): Promise<string> {
  return (await kindOf(path)) === undefined && dirname(path) !== path ? nearestFolder(dirname(path)) : path;
}
