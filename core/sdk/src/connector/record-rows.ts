import type { Receipt, StateRecord } from '../contracts/sink.js';

type Row = Readonly<Record<string, unknown>>;

/** A receipt from its row in `__dpone__loads`; times are ISO 8601 by then, `detail` is JSON text. */
export const toReceipt = (row: Row): Receipt => ({
  loadId: String(row['load_id']),
  runId: String(row['run_id']),
  process: String(row['process']),
  target: String(row['target']),
  strategy: String(row['strategy']),
  fence: Number(row['fence']),
  rowsStaged: Number(row['rows_staged']),
  rowsRejected: Number(row['rows_rejected']),
  inserted: Number(row['inserted']),
  updated: Number(row['updated']),
  deleted: Number(row['deleted']),
  finalRows: row['final_rows'] === null ? null : Number(row['final_rows']),
  startedAt: String(row['started_at']),
  committedAt: String(row['committed_at']),
  detail: JSON.parse(String(row['detail'])) as Receipt['detail'],
});

/** A state from its row in `__dpone__state`; the time is ISO 8601 by then, `state` is JSON text. */
export const toState = (row: Row): StateRecord => ({
  key: String(row['key']),
  state: JSON.parse(String(row['state'])) as StateRecord['state'],
  loadId: String(row['load_id']),
  updatedAt: String(row['updated_at']),
});
