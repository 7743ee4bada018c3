import {
  fail,
  quoteIdent,
  quoteLiteral,
  type Column,
  type FrameworkColumn,
  type LoadRef,
  type StagingSpec,
} from '@dpone/sdk';
import { convertTo } from './convert-sql.js';
import { BAD_COLUMN, SCRATCH, type StagingNames } from './names.js';
import type { FileScan } from './read-files.js';
import { columnDefinition, columnList, sqlType, tableLabel } from './sql.js';
import { strictValue } from './strict-read.js';

/** Makes the staging tables of a load; the comment says whose they are, for a run that finds them after a crash. */
export function createStaging(names: StagingNames, load: LoadRef, spec: StagingSpec): string[] {
  const columns = [...spec.columns, ...spec.framework].map(columnDefinition);
  if (spec.badRows === 'reject') columns.push(`${quoteIdent(BAD_COLUMN)} BOOLEAN`);
  const comment = JSON.stringify({ load_id: load.loadId, target: tableLabel(load.target), process: load.process });
  return [
    names.scratch
      ? `ATTACH IF NOT EXISTS ':memory:' AS ${quoteIdent(SCRATCH)}`
      : `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(names.schema)}`,
    `CREATE OR REPLACE TABLE ${names.rows} (${columns.join(', ')})`,
    `COMMENT ON TABLE ${names.rows} IS ${quoteLiteral(comment)}`,
    `CREATE OR REPLACE TABLE ${names.rejects} ("partition" INTEGER, "file" VARCHAR, "line" BIGINT, ` +
      `"reason" VARCHAR, "row" VARCHAR, "diagnostics" VARCHAR)`,
    // Also this one says whose it is: after a swap it is all that is left of a load.
    `COMMENT ON TABLE ${names.rejects} IS ${quoteLiteral(comment)}`,
  ];
}

export const dropStaging = (names: StagingNames): string[] => [
  `DROP TABLE IF EXISTS ${names.rows}`,
  `DROP TABLE IF EXISTS ${names.rejects}`,
];

/** Files into staging, framework columns and all, in one pass. */
export function stageFiles(
  names: StagingNames,
  scan: FileScan,
  columns: readonly Column[],
  load: LoadRef,
  spec: StagingSpec,
  extractedAt: string,
): string {
  // By position: schema evolution may have given a staged column another name than the source's.
  if (columns.length !== spec.columns.length)
    throw fail('DPONE_INTERNAL', `${columns.length} columns of the files meet ${spec.columns.length} of staging`);
  const values = spec.columns.map((column, i) => {
    const value = i === 0 ? strictValue(scan, spec.badRows) : scan.values[i]!;
    return `${convertTo(value, columns[i]!, column)} AS ${quoteIdent(column.name)}`;
  });
  const bad = spec.badRows === 'reject' ? [`${badFlag(scan)} AS ${quoteIdent(BAD_COLUMN)}`] : [];
  const inner = `SELECT ${[...values, ...bad].join(', ')} FROM ${scan.from} ${scan.where}`.trimEnd();
  return insertStaged(names, inner, load, spec, extractedAt);
}

const badFlag = (scan: FileScan): string =>
  scan.exact === null ? 'CAST(NULL AS BOOLEAN)' : `CASE WHEN ${scan.exact} THEN NULL ELSE true END`;

/** Rows of a relation that has the source's columns (and, with `reject`, the flag) into staging. */
export function insertStaged(
  names: StagingNames,
  relation: string,
  load: LoadRef,
  spec: StagingSpec,
  extractedAt: string,
): string {
  const framework = spec.framework.map(
    (c) => `${frameworkValue(c, load, spec.columns, extractedAt)} AS ${quoteIdent(c.name)}`,
  );
  const own = columnList(spec.columns);
  const bad = spec.badRows === 'reject' ? [quoteIdent(BAD_COLUMN)] : [];
  const target = [own, ...spec.framework.map((c) => quoteIdent(c.name)), ...bad].join(', ');
  const select = [own, ...framework, ...bad].join(', ');
  return `INSERT INTO ${names.rows} (${target}) SELECT ${select} FROM (${relation})`;
}

/** The value of a `__dpone__*` column: a constant of the load, or a hash of the row, made where the row is. */
export function frameworkValue(
  column: FrameworkColumn,
  load: LoadRef,
  columns: readonly Column[],
  extractedAt: string,
): string {
  const typed = (sql: string): string => `CAST(${sql} AS ${sqlType(column)})`;
  switch (column.value) {
    case 'load_id':
      return typed(quoteLiteral(load.loadId));
    case 'run_id':
      return typed(quoteLiteral(load.runId));
    case 'loaded_at':
      return typed(quoteLiteral(load.startedAt));
    case 'extracted_at':
      return typed(quoteLiteral(extractedAt));
    case 'row_id':
    case 'row_hash':
      return rowHash(column.of ?? columns.map((c) => c.name));
    case 'true':
      return typed('true');
    default:
      return typed('NULL');
  }
}

/** sha256 over each value's length and text, so that no two different rows are written alike; NULL is told from ''. */
export const rowHash = (columns: readonly string[]): string =>
  `sha256(concat(${columns
    .map((name) => {
      const text = `CAST(${quoteIdent(name)} AS VARCHAR)`;
      return `coalesce(concat(length(${text}), ':', ${text}), '-')`;
    })
    .join(', ')}))`;
