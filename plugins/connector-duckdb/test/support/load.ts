import type {
  BadRowPolicy,
  Column,
  FileSet,
  FinalizeResult,
  FinalizeStep,
  FinalizeStepName,
  FrameworkColumn,
  LaneData,
  LoadProgram,
  RejectedRow,
  Schema,
  SchemaChange,
  StageResult,
  TableRef,
} from '@dpone/sdk';
import { duckdbCodec, duckdbSink } from '../../dist/index.js';
import { sinkContext, type Workspace } from './context.js';

export const LINEAGE: readonly FrameworkColumn[] = [
  { name: '__dpone__load_id', type: { kind: 'string' }, nullable: false, value: 'load_id' },
  {
    name: '__dpone__loaded_at',
    type: { kind: 'timestamp', precision: 6, tz: true },
    nullable: false,
    value: 'loaded_at',
  },
];

export interface LoadCall {
  readonly loadId: string;
  readonly table?: TableRef;
  readonly schema: Schema;
  readonly data: LaneData | readonly LaneData[];
  readonly steps: readonly FinalizeStep[];
  readonly changes?: readonly SchemaChange[];
  readonly framework?: readonly FrameworkColumn[];
  readonly badRows?: BadRowPolicy;
  readonly state?: LoadProgram['state'];
  readonly step?: (name: FinalizeStepName) => Promise<void>;
}

export interface LoadOutcome {
  readonly staged: readonly StageResult[];
  readonly result: FinalizeResult;
  readonly rejected: readonly RejectedRow[];
}

/** A load as the engine makes it, in a sink of its own that is closed again. */
export async function load(space: Workspace, call: LoadCall): Promise<LoadOutcome> {
  const table = call.table ?? { name: 'orders' };
  const context = sinkContext(space, table);
  const sink = await duckdbSink.create({ ...context, step: call.step ?? context.step });
  try {
    const lock = await sink.lock({ loadId: call.loadId, host: 'test', pid: process.pid }, 1000);
    const info = await sink.inspect();
    const ref = { ...reference(call.loadId, table), fence: lock.fence };
    const framework = call.framework ?? [];
    const staging = await sink.begin(ref, {
      columns: call.schema.columns,
      framework,
      badRows: call.badRows ?? 'fail',
    });
    const parts = Array.isArray(call.data) ? (call.data as readonly LaneData[]) : [call.data as LaneData];
    const staged = await Promise.all(parts.map((data, i) => staging.stage(data, i, () => undefined)));
    const rejected: RejectedRow[] = [];
    for await (const row of staging.rejected()) rejected.push(row);
    const columns: Column[] = [...call.schema.columns, ...framework];
    const rows = staged.reduce((sum, s) => sum + s.rows, 0);
    const result = await staging.finalize({
      load: ref,
      columns,
      changes: call.changes ?? (info.exists ? [] : [{ kind: 'create_table', schema: { columns } }]),
      steps: call.steps,
      receipt: { ...receiptOf(call.loadId), fence: lock.fence, rowsStaged: rows, rowsRejected: rejected.length },
      state: call.state ?? null,
    });
    await staging.drop();
    await lock.release();
    return { staged, result, rejected };
  } finally {
    await sink.close();
  }
}

export const reference = (loadId: string, table: TableRef = { name: 'orders' }) => ({
  loadId,
  runId: 'run',
  process: 'orders',
  target: table,
  startedAt: '2026-01-05T00:00:00.000Z',
  fence: 1,
});

export const receiptOf = (loadId: string): LoadProgram['receipt'] => ({
  loadId,
  runId: 'run',
  process: 'orders',
  target: 'main.orders',
  strategy: 'test',
  fence: 1,
  rowsStaged: 0,
  rowsRejected: 0,
  startedAt: '2026-01-05T00:00:00.000Z',
  detail: { read: 'all' },
});

export const files = (lane: FileSet['lane'], ...paths: string[]): FileSet => ({
  lane,
  paths,
  compression: 'none',
  format: {},
});

/** What a files source hands over: the described schema and the format that was found. */
export async function pull(
  space: Workspace,
  set: FileSet,
  columns?: readonly Column[],
): Promise<LaneData & { transport: 'pull' }> {
  const codec = await duckdbCodec.create(space.ctx);
  try {
    const found = await codec.describe(set);
    return {
      transport: 'pull',
      files: { ...set, format: found.format ?? set.format },
      schema: { columns: columns ?? found.columns },
    };
  } finally {
    await codec.close();
  }
}

export async function* batch(
  columns: readonly (readonly unknown[])[],
): AsyncIterable<{ rows: number; columns: readonly (readonly unknown[])[] }> {
  yield { rows: columns[0]?.length ?? 0, columns };
}
