import type { LoadPlan } from '../plan/load-plan.js';
import type { Teller } from './teller.js';
import type { UnitProgress } from './carry-out.js';

/** Progress is told at most this often. */
const EVERY_MS = 100;

/** Adds up what the partitions have come to and tells it, now and then. */
export function stageProgress(plan: LoadPlan, teller: Teller): { readonly report: UnitProgress; end(): Promise<void> } {
  const partitions = new Map<number, { rows: number; bytes: number }>();
  const { estimate } = plan.read;
  let last = 0;
  const tell = async (): Promise<void> => {
    let rows = 0;
    let bytes = 0;
    for (const partition of partitions.values()) {
      rows += partition.rows;
      bytes += partition.bytes;
    }
    await teller.tell({
      type: 'progress',
      process: plan.open.spec.name,
      phase: 'stage',
      rows,
      bytes,
      ...(estimate.rows === undefined ? {} : { total_rows: estimate.rows }),
      ...(estimate.bytes === undefined ? {} : { total_bytes: estimate.bytes }),
    });
  };
  return {
    report: (partition, rows, bytes) => {
      partitions.set(partition, { rows, bytes });
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      // A listener that fails on a progress event must not fail the load.
      void tell().catch(() => undefined);
    },
    end: tell,
  };
}
