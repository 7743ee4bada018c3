import type { GateHost, LiveTarget, ProcessRef, Receipt, RollbackReport } from '@dpone/sdk';

/** A host whose only target is this one, and which notes what it was asked for. */
export function hostOf(target: Partial<LiveTarget>): {
  readonly host: () => Promise<GateHost>;
  readonly asked: ProcessRef[];
} {
  const asked: ProcessRef[] = [];
  const refuse = (): never => {
    throw new Error('This was not to be asked for.');
  };
  const live: LiveTarget = {
    process: 'orders',
    system: 'duckdb',
    table: 'main.orders',
    receipt: refuse,
    history: refuse,
    openLoads: refuse,
    rollback: refuse,
    ...target,
  };
  const host = {
    runGate: refuse,
    plugins: () => [],
    withTarget: <T>(process: ProcessRef, use: (found: LiveTarget) => Promise<T>): Promise<T> => {
      asked.push(process);
      return use(live);
    },
  } as unknown as GateHost;
  return { host: () => Promise.resolve(host), asked };
}

export const receiptOf = (loadId: string, given: Partial<Receipt> = {}): Receipt => ({
  loadId,
  runId: 'R1',
  process: 'orders',
  target: 'main.orders',
  strategy: 'full_refresh',
  fence: 1,
  rowsStaged: 3,
  rowsRejected: 0,
  inserted: 3,
  updated: 0,
  deleted: 0,
  finalRows: 3,
  startedAt: '2026-01-01T00:00:00Z',
  committedAt: '2026-01-01T00:00:01Z',
  detail: null,
  ...given,
});

export const rollbackReport = (given: Partial<RollbackReport> = {}): RollbackReport => ({
  process: 'orders',
  target: 'main.orders',
  load_id: 'L2',
  backup: { table: 'main.orders__dpone_backup_L2', rows: 2 },
  blockers: [],
  warnings: [],
  statements: ['BEGIN', 'COMMIT'],
  executed: false,
  rollback_load_id: null,
  rows_restored: null,
  rows_removed: null,
  state: null,
  ...given,
});
