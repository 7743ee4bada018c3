import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fail,
  sameType,
  type CheckOutcome,
  type Column,
  type ConstantColumn,
  type FileSet,
  type FinalizeResult,
  type LaneData,
  type LoadProgram,
  type LoadRef,
  type RejectedRow,
  type RowBatch,
  type Schema,
  type SinkContext,
  type SinkLoad,
  type StageResult,
  type StagingCheck,
  type StagingSpec,
} from '@dpone/sdk';
import type { S3Connection } from './connection/settings.js';
import type { Transfer } from './download.js';
import { doing } from './errors.js';
import { finalizeLoad } from './finalize.js';
import { GrowingUpload } from './growing-upload.js';
import { readHead } from './head.js';
import type { Inspecting } from './inspect.js';
import { fileTarget, partKey, stagingPrefix, type Layout } from './layout.js';
import { largestValue } from './largest.js';
import type { SinkOptions } from './options.js';
import { abortUploads, recordOpened, recordPart, stagedParts, unstagePart } from './staged-parts.js';
import type { Store } from './store.js';
import { beginUpload, type Upload } from './uploads.js';

export interface LoadCall {
  readonly store: Store;
  readonly layout: Layout;
  /** The prefix of the load's records. */
  readonly staging: string;
  /** The folder of its files on this machine. */
  readonly folder: () => Promise<string>;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly transfer: Transfer;
  readonly inspecting: Inspecting;
  readonly ctx: SinkContext<S3Connection, SinkOptions>;
  /** Uploads a finished file as the object of a partition. */
  readonly upload: (path: string, partition: number) => Promise<Upload>;
}

interface Written {
  readonly rows: number;
  readonly bytes: number;
  readonly rejected: readonly RejectedRow[];
}

/** An upload of a partition, which begins when its first bytes are sent. */
export const partUpload = (call: Omit<LoadCall, 'upload'>, path: string, partition: number): GrowingUpload => {
  const { store, layout, load, staging, transfer } = call;
  const key = partKey(layout, load.loadId, partition);
  const begin = async (): Promise<string> => {
    await recordOpened(store, staging, partition, key);
    return beginUpload(store, key, load.loadId, transfer.signal);
  };
  return new GrowingUpload(path, { store, key, begin }, transfer);
};

/** The staging of one load: uploads that are not completed, one a partition, each in the target's own format. */
export class S3Load implements SinkLoad {
  readonly #call: LoadCall;

  constructor(call: LoadCall) {
    this.#call = call;
  }

  async stage(
    data: LaneData,
    partition: number,
    onProgress: (rows: number, bytes: number) => void,
  ): Promise<StageResult> {
    const { store, staging, layout } = this.#call;
    return doing(`writing ${layout.label}`, layout.label, 'DPONE_SINK_WRITE', async () => {
      await unstagePart(store, staging, partition);
      const path = join(await this.#call.folder(), `part-${partition}.data`);
      await rm(path, { force: true });
      // Of a single object's further partitions none can be an object: they are joined when all are there.
      const growing = layout.single && partition > 0 ? undefined : partUpload(this.#call, path, partition);
      const write = (): Promise<Written> => this.#write(data, path, partition);
      const { upload, ...written } = await this.#uploading(growing, write);
      const part = { partition, path, ...written, upload };
      await recordPart(store, staging, part);
      onProgress(part.rows, part.bytes);
      return { rows: part.rows, bytes: part.bytes, rejected: part.rejected.length };
    });
  }

  async #uploading(
    growing: GrowingUpload | undefined,
    write: () => Promise<Written>,
  ): Promise<Written & { readonly upload: Upload | null }> {
    if (growing === undefined) return { ...(await write()), upload: null };
    try {
      const written = await growing.during(write);
      return { ...written, upload: written.rows === 0 ? null : await growing.finish() };
    } finally {
      await growing.close();
    }
  }

  async #write(data: LaneData, path: string, partition: number): Promise<Written> {
    const { layout, ctx } = this.#call;
    switch (data.transport) {
      case 'pull':
        return this.#convert(data.files, path);
      case 'push': {
        const complete = data.takesConstants === true || this.#constants().length === 0;
        if (complete && this.#isAsStaged(data.schema)) {
          const { rows } = await data.write(fileTarget(layout, path), ctx.signal, this.#constants());
          return { rows, bytes: (await stat(path)).size, rejected: [] };
        }
        // Whoever writes a pushed file may know its own names, types and columns alone: the target's come from a second pass.
        const spool = join(await this.#call.folder(), `part-${partition}.spool`);
        await data.write(fileTarget(layout, spool), ctx.signal);
        const { lane, compression, format } = fileTarget(layout, spool);
        // Named columns: the header of a file that was just written is known and must not be guessed at.
        const known = { ...format, columns: data.schema.columns.map((c) => c.name) };
        try {
          return await this.#convert({ lane, compression, format: known, paths: [spool] }, path);
        } finally {
          await rm(spool, { force: true });
        }
      }
      case 'rows': {
        const codec = await ctx.codecs.for(layout.lane, layout.lane);
        const columns = [...this.#call.spec.columns, ...this.#call.spec.framework];
        const batches = withConstants(data.batches, this.#constants());
        const { rows, bytes } = await codec.write(batches, { columns }, fileTarget(layout, path), ctx.signal);
        return { rows, bytes, rejected: [] };
      }
      case 'stream':
        throw fail('DPONE_NO_LANE', 'an s3 sink takes no streams');
    }
  }

  #isAsStaged(schema: Schema): boolean {
    const { columns } = this.#call.spec;
    return schema.columns.every((c, i) => c.name === columns[i]?.name && sameType(c.type, columns[i].type));
  }

  async #convert(from: FileSet, path: string): Promise<Written> {
    const { layout, ctx, spec } = this.#call;
    const codec = await ctx.codecs.for(from.lane, layout.lane);
    const schema = { columns: spec.columns };
    const request = { from, schema, to: fileTarget(layout, path), constants: this.#constants(), badRows: spec.badRows };
    return codec.convert(request, ctx.signal);
  }

  /** The framework's columns: one value for the whole load. */
  #constants(): readonly ConstantColumn[] {
    const { load, spec } = this.#call;
    const values = {
      load_id: load.loadId,
      run_id: load.runId,
      loaded_at: load.startedAt,
      extracted_at: load.startedAt,
      null: null,
    };
    return spec.framework.map(({ name, type, value }) => {
      if (Object.hasOwn(values, value)) return { name, type, value: values[value as keyof typeof values] };
      throw fail('DPONE_CAPABILITY', `an s3 sink cannot fill ${name}`);
    });
  }

  async count(): Promise<number> {
    return (await stagedParts(this.#call.store, this.#call.staging)).reduce((sum, part) => sum + part.rows, 0);
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    const measured = await this.count();
    return checks.map((check) => {
      if (check.kind !== 'min_rows') throw fail('DPONE_CAPABILITY', `an s3 sink does not evaluate ${check.kind}`);
      return { check, violations: measured < check.rows ? 1 : 0, measured };
    });
  }

  quarantine(checks: readonly StagingCheck[]): Promise<number> {
    return Promise.reject(
      fail('DPONE_CAPABILITY', `an s3 sink does not evaluate ${checks.map((check) => check.id).join(', ')}`),
    );
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    for (const part of await stagedParts(this.#call.store, this.#call.staging)) yield* part.rejected;
  }

  async max(column: string): Promise<string | null> {
    const { layout, ctx, spec, store, staging } = this.#call;
    const found = spec.columns.find((c) => c.name.toLowerCase() === column.toLowerCase());
    if (found === undefined) throw fail('DPONE_INTERNAL', `staging has no column ${column}`);
    const paths = (await stagedParts(store, staging)).filter((part) => part.rows > 0).map((part) => part.path);
    if (paths.length === 0) return null;
    const { lane, compression, format } = fileTarget(layout, '');
    const names = [...spec.columns, ...spec.framework].map((c: Column) => c.name);
    const codec = await ctx.codecs.for(lane);
    const files: FileSet = {
      lane,
      paths,
      compression: lane === 'parquet' ? 'none' : compression,
      format: { ...format, columns: names },
    };
    return largestValue(codec, files, found, ctx.signal);
  }

  finalize(program: LoadProgram): Promise<FinalizeResult> {
    return finalizeLoad(this.#call, program);
  }

  async drop(): Promise<void> {
    const { store, layout, load } = this.#call;
    await dropStaging(store, layout, load.loadId);
    await rm(await this.#call.folder(), { recursive: true, force: true });
  }
}

/** Aborts what is not completed and removes the load's records; a load that was decided keeps them until it is finished. */
export async function dropStaging(store: Store, layout: Layout, loadId: string): Promise<void> {
  return doing(`dropping staging of ${layout.label}`, layout.label, 'DPONE_SINK_WRITE', async () => {
    if ((await readHead(store, layout.meta))?.head.intent === loadId) return;
    const staging = stagingPrefix(layout, loadId);
    await abortUploads(store, staging);
    await store.removeBelow(staging);
  });
}

async function* withConstants(
  batches: AsyncIterable<RowBatch>,
  constants: readonly ConstantColumn[],
): AsyncIterable<RowBatch> {
  for await (const { rows, columns } of batches)
    yield { rows, columns: [...columns, ...constants.map(({ value }) => Array.from({ length: rows }, () => value))] };
}
