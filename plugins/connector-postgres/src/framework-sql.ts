import { quoteIdent, type Column, type FrameworkColumn, type LoadRef, type StagingSpec } from '@dpone/sdk';
import type { StagingNames } from './names.js';
import { columnList, textLiteral } from './sql.js';

/** The sink's type of a column. */
export type TypeOf = (column: Column) => string;

/**
 * Gives staging the `__dpone__*` columns once the data is in. A column with one value for the whole load costs nothing:
 * Postgres keeps the default of an added column beside the table and rewrites no row
 * (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES); new rows must not get it, so the
 * default is dropped again. Hashes are of each row: with them staging is written once more.
 */
export function frameworkStatements(
  names: StagingNames,
  load: LoadRef,
  spec: StagingSpec,
  typeOf: TypeOf,
  now: string,
): string[] {
  const hashed = spec.framework.filter((c) => c.value === 'row_id' || c.value === 'row_hash');
  const constant = spec.framework.filter((c) => !hashed.includes(c));
  return [...hashStatements(names, hashed, spec), ...constantStatements(names, load, constant, typeOf, now)];
}

function constantStatements(
  names: StagingNames,
  load: LoadRef,
  columns: readonly FrameworkColumn[],
  typeOf: TypeOf,
  now: string,
): string[] {
  if (columns.length === 0) return [];
  const added = columns.map((column) => {
    const value = constantValue(column, load, now);
    return `ADD COLUMN ${quoteIdent(column.name)} ${typeOf(column)}${value === null ? '' : ` DEFAULT ${textLiteral(value)}`}`;
  });
  const valued = columns.filter((column) => constantValue(column, load, now) !== null);
  const dropped = valued.map((column) => `ALTER COLUMN ${quoteIdent(column.name)} DROP DEFAULT`);
  return [
    `ALTER TABLE ${names.rows} ${added.join(', ')}`,
    ...(dropped.length === 0 ? [] : [`ALTER TABLE ${names.rows} ${dropped.join(', ')}`]),
  ];
}

function constantValue(column: FrameworkColumn, load: LoadRef, now: string): string | null {
  switch (column.value) {
    case 'load_id':
      return load.loadId;
    case 'run_id':
      return load.runId;
    case 'loaded_at':
      return load.startedAt;
    case 'extracted_at':
      return now;
    case 'true':
      return 'true';
    default:
      return null;
  }
}

function hashStatements(names: StagingNames, hashed: readonly FrameworkColumn[], spec: StagingSpec): string[] {
  if (hashed.length === 0) return [];
  const all = spec.columns.map((c) => c.name);
  const values = hashed.map((c) => `${rowHash(c.of ?? all)} AS ${quoteIdent(c.name)}`);
  const plain = `${quoteIdent(names.schema)}.${quoteIdent(`${names.rowsName}__plain`)}`;
  return [
    `ALTER TABLE ${names.rows} RENAME TO ${quoteIdent(`${names.rowsName}__plain`)}`,
    `CREATE TABLE ${names.rows} AS SELECT ${columnList(spec.columns)}, ${values.join(', ')} FROM ${plain}`,
    `DROP TABLE ${plain}`,
  ];
}

/** sha256 over each value's length and text, so that no two different rows are written alike; NULL is told from ''. */
export const rowHash = (columns: readonly string[]): string =>
  `encode(sha256(convert_to(concat(${columns
    .map((name) => {
      const text = `${quoteIdent(name)}::text`;
      return `coalesce(length(${text}) || ':' || ${text}, '-')`;
    })
    .join(', ')}), 'UTF8')), 'hex')`;
