import { mkdir, open, rm, stat } from 'node:fs/promises';
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
import { writing } from './errors.js';
import { finalizeLoad } from './finalize.js';
import { fileTarget, type Layout } from './layout.js';
import { largestValue } from './largest.js';
import type { SinkOptions } from './options.js';
import { partFile, recordPart, stagedParts } from './staged-parts.js';

export interface LoadCall {
  readonly layout: Layout;
  readonly staging: string;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
  readonly ctx: SinkContext<null, SinkOptions>;
}

/** The staging of one load: a hidden folder with one file a partition, each in the target's own format. */
export class FilesLoad implements SinkLoad {
  readonly #call: LoadCall;

  constructor(call: LoadCall) {
    this.#call = call;
  }

  async stage(
    data: LaneData,
    partition: number,
    onProgress: (rows: number, bytes: number) => void,
  ): Promise<StageResult> {
    const { staging, layout } = this.#call;
    const path = partFile(staging, partition);
    return writing(`writing ${layout.label}`, path, async () => {
      await rm(path, { force: true });
      const written = await this.#write(data, path, partition);
      const part = { partition, path, ...written };
      await recordPart(staging, part);
      onProgress(part.rows, part.bytes);
      return { rows: part.rows, bytes: part.bytes, rejected: part.rejected.length };
    });
  }

  async #write(
    data: LaneData,
    path: string,
    partition: number,
  ): Promise<{ rows: number; bytes: number; rejected: readonly RejectedRow[] }> {
    const { layout, staging, ctx } = this.#call;
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
        const spool = join(staging, `part-${partition}.spool`);
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
        throw fail('DPONE_NO_LANE', 'a files sink takes no streams');
    }
  }

  #isAsStaged(schema: Schema): boolean {
    const { columns } = this.#call.spec;
    return schema.columns.every((c, i) => c.name === columns[i]?.name && sameType(c.type, columns[i].type));
  }

  async #convert(
    from: FileSet,
    path: string,
  ): Promise<{ rows: number; bytes: number; rejected: readonly RejectedRow[] }> {
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
      throw fail('DPONE_CAPABILITY', `a files sink cannot fill ${name}`);
    });
  }

  async count(): Promise<number> {
    return (await stagedParts(this.#call.staging)).reduce((sum, part) => sum + part.rows, 0);
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    const measured = await this.count();
    return checks.map((check) => {
      if (check.kind !== 'min_rows') throw fail('DPONE_CAPABILITY', `a files sink does not evaluate ${check.kind}`);
      return { check, violations: measured < check.rows ? 1 : 0, measured };
    });
  }

  quarantine(checks: readonly StagingCheck[]): Promise<number> {
    return Promise.reject(
      fail('DPONE_CAPABILITY', `a files sink does not evaluate ${checks.map((check) => check.id).join(', ')}`),
    );
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    for (const part of await stagedParts(this.#call.staging)) yield* part.rejected;
  }

  async max(column: string): Promise<string | null> {
    const { layout, ctx, spec, staging } = this.#call;
    const found = spec.columns.find((c) => c.name.toLowerCase() === column.toLowerCase());
    if (found === undefined) throw fail('DPONE_INTERNAL', `staging has no column ${column}`);
    const paths = (await stagedParts(staging)).filter((part) => part.rows > 0).map((part) => part.path);
    if (paths.length === 0) return null;
    const { lane, compression, format } = fileTarget(layout, staging);
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

  async finalize(program: LoadProgram): Promise<FinalizeResult> {
    return finalizeLoad(this.#call, program);
  }

  async drop(): Promise<void> {
    await rm(this.#call.staging, { recursive: true, force: true });
  }
}

/** Makes the staging folder. */
export async function makeStaging({ staging, layout }: LoadCall): Promise<void> {
  await writing(`staging for ${layout.label}`, staging, async () => {
    await mkdir(staging, { recursive: true });
    await (await open(staging, 'r')).close();
  });
}

async function* withConstants(
  batches: AsyncIterable<RowBatch>,
  constants: readonly ConstantColumn[],
): AsyncIterable<RowBatch> {
  for await (const { rows, columns } of batches)
    yield { rows, columns: [...columns, ...constants.map(({ value }) => Array.from({ length: rows }, () => value))] };
}
