import { expect } from 'chai';
import { dpone, type CliOptions, type CliResult } from '../support/cli.js';
import type { TempProject } from '../support/temp-project.js';
import { query } from './postgres-shop.js';

/** Six months of events, two of them empty, and events that no chunk is of: before, behind, and without a time. */
export const EVENTS = `CREATE SCHEMA shop; CREATE SCHEMA mart;
  CREATE TABLE shop.events (id int, at timestamp, note text);
  INSERT INTO shop.events SELECT i, timestamp '2026-01-01' + (i * interval '6 hours'), 'new ' || i FROM generate_series(0, 479) AS i;
  INSERT INTO shop.events VALUES (1001, '2025-12-31 23:59:59', 'before'), (1002, '2026-07-01', 'behind'), (1003, NULL, 'never');
  CREATE TABLE mart.events (id int, at timestamp, note text);
  INSERT INTO mart.events VALUES (7, '2026-01-02 18:00:00', 'old'), (9001, '2026-02-10', 'gone at the source'),
    (1002, '2026-07-01', 'outside'), (1003, NULL, 'outside'), (2000, '2025-01-01', 'outside')`;

export const CHUNKS = 6;
/** Of the source, within the chunks. */
export const IN_RANGE = `at >= '2026-01-01' AND at < '2026-07-01'`;

export interface BackfillOptions {
  readonly inner?: string;
  readonly workers?: number;
  readonly attempts?: number;
}

export const manifest = (
  uri: string,
  { inner = 'incremental_merge', workers = 1, attempts = 3 }: BackfillOptions,
): string => `
name: events
source: {type: postgres, connection: "${uri}", table: shop.events}
sink:
  type: postgres
  connection: "${uri}"
  table: mart.events
  options: {lineage: off}
  strategy:
    mode: backfill
    unique_key: id
    backfill: {inner_mode: ${inner}, parallel_workers: ${workers}, chunk: {column: at, from: "2026-01-01", to: "2026-07-01", step: P1M}, max_attempts: ${attempts}}
`;

export interface Report {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly chunks: readonly {
    readonly chunk: number;
    readonly status: string;
    readonly attempts: number;
    readonly rows: number | null;
    readonly load_id: string | null;
    readonly lease: { readonly owner: string } | null;
    readonly reason: { readonly code: string; readonly message: string } | null;
  }[];
}

export const run = (project: TempProject, options: Omit<CliOptions, 'cwd'> = {}): Promise<CliResult> =>
  dpone(['run', 'events.yml', '--format', 'json'], { cwd: project.path, ...options });

export const steer = (project: TempProject, verb: string, ...more: string[]): Promise<CliResult> =>
  dpone(['backfill', verb, 'events.yml', '--format', 'json', ...more], { cwd: project.path });

export async function status(project: TempProject): Promise<Report> {
  const result = await steer(project, 'status');
  expect(result.code, result.stdout + result.stderr).to.equal(0);
  return JSON.parse(result.stdout) as Report;
}

export const errorOf = (
  result: CliResult,
): { readonly code: string; readonly message: string; readonly remedy: string } => {
  const said = JSON.parse(result.stdout) as {
    error?: { code: string; message: string; remedy: string };
    result?: { errors: { code: string; message: string; remedy: string }[] };
  };
  return said.error ?? said.result!.errors[0]!;
};

/** Each chunk has taken effect once, by the target's own receipts; nothing is left behind, nothing outside is touched. */
export async function expectWhole(
  project: TempProject,
  uri: string,
  inner: string = 'incremental_merge',
): Promise<void> {
  const held = `SELECT id, at, note FROM mart.events WHERE ${IN_RANGE}`;
  const wanted =
    inner === 'incremental_merge'
      ? `SELECT id, at, note FROM shop.events WHERE ${IN_RANGE} UNION ALL SELECT 9001, '2026-02-10', 'gone at the source'`
      : `SELECT id, at, note FROM shop.events WHERE ${IN_RANGE}`;
  const differences = `(${held} EXCEPT ALL (${wanted})) UNION ALL ((${wanted}) EXCEPT ALL ${held})`;
  expect(await query(uri, differences), 'rows of the range that differ from a plain load').to.deep.equal([]);
  const outside = await query(uri, `SELECT id, note FROM mart.events WHERE (${IN_RANGE}) IS NOT TRUE ORDER BY id`);
  expect(outside.map((row) => row['note'])).to.deep.equal(['outside', 'outside', 'outside']);
  const receipts = await query(
    uri,
    `SELECT detail->'chunk'->>'from' AS "from", count(*) AS n FROM mart.__dpone__loads GROUP BY 1 ORDER BY 1`,
  );
  const each = ['01', '02', '03', '04', '05', '06'].map((month) => ({ from: `2026-${month}-01`, n: '1' }));
  expect(receipts, 'receipts of each chunk').to.deep.equal(each);
  const report = await status(project);
  expect(report.status).to.equal('complete');
  expect(report.counts).to.include({ total: CHUNKS, committed: CHUNKS });
  expect(report.rows).to.equal(480);
  expect(await query(uri, "SELECT relname FROM pg_class WHERE starts_with(relname, '__dpone__stg')")).to.deep.equal([]);
}
