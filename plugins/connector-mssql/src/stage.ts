import { fail, type LaneData, type RejectedRow, type RowBatch, type StageResult } from '@dpone/sdk';
import { jsonOf, rejectedRow, RowFeed, type BadValue } from './row-feed.js';
import { staging, withSession, type Progress, type StageContext } from './stage-context.js';
import { writeValue } from './write-value.js';

/** Puts one partition into staging. */
export async function stage(
  data: LaneData,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  switch (data.transport) {
    case 'rows':
      return stageRows(data.batches, partition, ctx, onProgress);
    case 'pull': {
      const { stageFiles } = await import('./stage-files.js');
      return stageFiles(data, partition, ctx, onProgress);
    }
    default:
      throw fail('DPONE_INTERNAL', `the mssql sink takes no ${data.transport} lane`);
  }
}

/** One bulk load: all of the rows that fit, or none. */
export async function stageRows(
  batches: AsyncIterable<RowBatch>,
  partition: number,
  ctx: StageContext,
  onProgress: Progress,
): Promise<StageResult> {
  const { columns } = ctx.spec;
  const bad: RejectedRow[] = [];
  let rejected = 0;
  const aside = async (): Promise<void> => {
    if (bad.length === 0) return;
    rejected += bad.length;
    await setAside(bad.splice(0), partition, ctx);
  };
  const feed = new RowFeed(
    batches,
    columns,
    columns.map((_, i) => writeValue(ctx.types[i]!)),
    {
      bad: (value) => void (ctx.spec.badRows === 'fail' ? refuse(value) : bad.push(rejectedRow(value))),
      batch: async (rows) => {
        onProgress(rows, 0);
        await aside();
      },
    },
  );
  const staged = await withSession(ctx, (session) => {
    const into = columns.map((c, i) => ({ name: c.name, type: ctx.types[i]! }));
    return session.bulk({ table: ctx.names.rows, columns: into, rows: feed }, staging, ctx.plugin.signal);
  });
  await aside();
  if (staged !== feed.rows)
    throw fail('DPONE_COUNT_MISMATCH', `${feed.rows} rows were sent to staging, the server took ${staged}`);
  return { rows: staged, rejected };
}

function refuse({ column, reason }: BadValue): never {
  throw fail('DPONE_VALUE_OUT_OF_RANGE', `staging: a value of ${reason}`, {
    where: `column ${column}`,
    remedy:
      'Mend the rows at the source, widen the column, or set such rows aside: schema_contract.enforcement: quarantine.',
  });
}

const REJECT_COLUMNS = [
  { name: 'partition', type: 'int' },
  { name: 'position', type: 'int' },
  { name: 'reason', type: 'nvarchar(max)' },
  { name: 'row', type: 'nvarchar(max)' },
  { name: 'diagnostics', type: 'nvarchar(max)' },
];

/** Keeps rejected rows with the load, on a connection of its own: the bulk load goes on meanwhile. */
export async function setAside(
  rows: readonly RejectedRow[],
  partition: number | null,
  ctx: StageContext,
): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row, i) => [partition, i, row.reason, jsonOf(row.row), jsonOf(row.diagnostics)]);
  await withSession(ctx, (session) =>
    session.bulk({ table: ctx.names.rejects, columns: REJECT_COLUMNS, rows: values }, staging, ctx.plugin.signal),
  );
}
