import type { Column, RowBatch } from '@dpone/sdk';
import { fail } from '@dpone/sdk';
import type { EngineHost } from './host.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunOptions } from './options.js';
import { resolveColumns } from './plan/columns.js';
import { openProcess } from './plan/open-process.js';
import { openRead } from './plan/open-read.js';

export interface PreviewResult {
  readonly process: string;
  readonly columns: readonly Column[];
  /** Values in the columns' order, in the rows lane's form. */
  readonly rows: readonly (readonly unknown[])[];
  /** False where the source had no more rows than these. */
  readonly more: boolean;
}

const DEFAULT_ROWS = 10;

/** The first rows of the source, whatever the state says; touches no target. */
export async function previewProcess(
  host: EngineHost,
  spec: ProcessSpec,
  options: Pick<RunOptions, 'signal'> & { readonly rows?: number } = {},
): Promise<PreviewResult> {
  const wanted = options.rows ?? DEFAULT_ROWS;
  const scope = host.openScope(`preview ${spec.name}`);
  const enough = new AbortController();
  const signal = options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]);
  try {
    const open = await openProcess(host, spec, scope, { signal });
    const source = await open.openSource();
    const read = await openRead({ open, source, read: 'all', steps: [], stored: null, target: null });
    try {
      const rows: unknown[][] = [];
      for (const partition of read.partitions) {
        if (rows.length > wanted) break;
        const data = await read.data(partition, { id: 'rows', transport: 'rows' });
        if (data.transport !== 'rows') throw fail('DPONE_INTERNAL', 'the source gave another lane than rows');
        for await (const batch of data.batches) {
          take(batch, rows, wanted + 1);
          if (rows.length > wanted) break;
        }
      }
      const columns = resolveColumns(read.schema.columns, spec);
      return { process: spec.name, columns, rows: rows.slice(0, wanted), more: rows.length > wanted };
    } finally {
      await read.close();
    }
  } finally {
    enough.abort();
    await scope.dispose();
  }
}

function take(batch: RowBatch, rows: unknown[][], most: number): void {
  for (let r = 0; r < batch.rows && rows.length < most; r++)
    rows.push(batch.columns.map((column) => column[r] ?? null));
}
