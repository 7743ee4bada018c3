/** Longest names, in bytes where the system counts bytes. */
const LIMITS = {
  mssql: 128,
  postgres: 63,
  clickhouse: 206,
  bigquery: 1024,
  duckdb: Number.MAX_SAFE_INTEGER,
} as const;

export const SINKS = ['mssql', 'postgres', 'clickhouse', 'bigquery', 'duckdb'] as const;
export type RollbackSink = (typeof SINKS)[number];

export interface RollbackNames {
  /** Schema and what stands before it. */
  readonly path: readonly string[];
  readonly table: string;
  readonly backup: string;
  readonly failed: string;
}

/** The tables of a rollback. The whole load id is in their names: its beginning is the time, which near loads share. */
export function rollbackNames(sink: RollbackSink, target: string, loadId: string): RollbackNames {
  const parts = target.split('.').map((part) => part.trim());
  const table = parts.at(-1)!;
  const beside = (what: string): string => {
    const suffix = `__dpone_${what}_${loadId}`;
    return cut(table, LIMITS[sink] - Buffer.byteLength(suffix)) + suffix;
  };
  return { path: parts.slice(0, -1), table, backup: beside('backup'), failed: beside('failed') };
}

/** As much of a text as fits, no character cut in two. */
function cut(text: string, bytes: number): string {
  let kept = '';
  for (const char of text) {
    if (Buffer.byteLength(kept + char) > bytes) break;
    kept += char;
  }
  return kept;
}
