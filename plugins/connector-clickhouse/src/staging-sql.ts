import type { Column, FrameworkColumn, LoadRef, RemoteFiles, StagingSpec, TableRef } from '@dpone/sdk';
import { designFor, engineClause, onCluster, tableClause, type Design } from './design.js';
import { sqlTime } from './meta-sql.js';
import type { LoadTables } from './names.js';
import type { Arriving } from './stage-columns.js';
import { columnList, ident, tableLabel, tableName, text } from './sql.js';
import { isMergeTree, type TableFacts } from './table-facts.js';
import { stagedType } from './types.js';

const definition = (column: Column): string => `${ident(column.name)} ${stagedType(column)}`;

/** Whose staging it is, for a run that finds it after a crash. */
export interface StagingMark {
  readonly load_id: string;
  readonly target: string;
}

/**
 * Makes the staging tables of a load. Where staging has the target's columns it has its keys too, so that finalize can
 * link its parts instead of copying rows; it is never of an engine that merges rows away.
 */
export function createStaging(
  tables: LoadTables,
  load: LoadRef,
  spec: StagingSpec,
  facts: TableFacts | null,
  given: Design,
): string[] {
  // A DELETE by staged keys is carried out by every replica: each must have the staged rows.
  const design = designFor(given, facts);
  const mark: StagingMark = { load_id: load.loadId, target: tableLabel(load.target) };
  const comment = ` COMMENT ${text(JSON.stringify(mark))}`;
  const columns = [...spec.columns, ...spec.framework];
  const rows = `${tableName(tables.rows)}${design.replicated ? onCluster(design) : ''}`;
  const like = facts !== null && isMergeTree(facts) && sameColumns(columns, facts);
  const made = like
    ? `CREATE TABLE ${rows} AS ${tableName(load.target)} ENGINE = ${engineClause('MergeTree', design)} ${keysOf(facts)}${comment}`
    : `CREATE TABLE ${rows} (${columns.map(definition).join(', ')}) ${ownClause(facts, columns, design)}${comment}`;
  return [
    made,
    `CREATE TABLE ${tableName(tables.rejects)} (partition Nullable(Int32), reason String, row String, diagnostics String) ` +
      `ENGINE = MergeTree ORDER BY tuple()${comment}`,
  ];
}

/** Keys of a new target where there is none yet; none where rows will be copied anyway. */
function ownClause(facts: TableFacts | null, columns: readonly Column[], design: Design): string {
  const engine = engineClause('MergeTree', design);
  if (facts !== null) return `ENGINE = ${engine} ORDER BY tuple()`;
  return tableClause(design, engine, hasNullableKey(columns, design));
}

/** Whether a plain column of the sorting key can be NULL, which ClickHouse allows only where it is said. */
export const hasNullableKey = (columns: readonly Column[], design: Design): boolean =>
  columns.some((c) => c.nullable && design.orderBy.includes(c.name));

const sameColumns = (columns: readonly Column[], facts: TableFacts): boolean => {
  const wanted = columns.map((c) => `${c.name} ${stagedType(c)}`).toSorted();
  const there = facts.columns.map((c) => `${c.name} ${c.native?.type}`).toSorted();
  return !facts.columns.some((c) => c.generated === true) && JSON.stringify(wanted) === JSON.stringify(there);
};

/** The target's keys and settings, out of its full engine: TTL is left out, which would drop rows of staging. */
function keysOf(facts: TableFacts): string {
  const settings = / SETTINGS (.*)$/s.exec(facts.engineFull)?.[1];
  const kept = settings
    ?.split(', ')
    .filter((one) => /^(?:allow_nullable_key|storage_policy|disk|index_granularity)\b/.test(one));
  return [
    ...(facts.partitionKey === '' ? [] : [`PARTITION BY ${facts.partitionKey}`]),
    ...(facts.primaryKey === '' || facts.primaryKey === facts.sortingKey ? [] : [`PRIMARY KEY (${facts.primaryKey})`]),
    `ORDER BY ${facts.sortingKey === '' ? 'tuple()' : `(${facts.sortingKey})`}`,
    ...(kept === undefined || kept.length === 0 ? [] : [`SETTINGS ${kept.join(', ')}`]),
  ].join(' ');
}

export const dropStaging = (tables: LoadTables, design: Design): string[] => [
  ...dropOnCluster(design, tables.rows),
  `DROP TABLE IF EXISTS ${tableName(tables.rejects)} SYNC`,
];

export const dropOnCluster = (design: Design, ...tables: readonly TableRef[]): string[] =>
  tables.map((table) => `DROP TABLE IF EXISTS ${tableName(table)}${onCluster(design)} SYNC`);

/** One Parquet object that the server reads itself. */
export interface S3File {
  readonly url: string;
  readonly keys: RemoteFiles['keys'];
}

/** What an INSERT reads: the body of its request in a format, or an object. */
export type Reads = { readonly format: string } | { readonly s3: S3File };

/** `INSERT INTO staging ... SELECT ... FROM input(...) FORMAT ...`, framework columns and all, in one pass. */
export function insertArriving(
  table: TableRef,
  arriving: Arriving,
  from: Reads,
  load: LoadRef,
  spec: StagingSpec,
  extractedAt: string,
  where?: string,
): string {
  const named = arriving.values.map((value, i) => `${value} AS ${ident(spec.columns[i]!.name)}`);
  const conditions = [
    ...arriving.refuses.map(({ when, says }) => `throwIf(ifNull(${when}, false), ${text(`${says} (dpone)`)}) = 0`),
    ...(where === undefined ? [] : [where]),
  ];
  const inner =
    `SELECT ${named.join(', ')} FROM ${'s3' in from ? s3(from.s3, arriving) : `input(${text(arriving.structure)})`} AS i` +
    (conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`);
  const framework = spec.framework.map((c) => frameworkValue(c, load, spec.columns, extractedAt));
  const list = columnList([...spec.columns, ...spec.framework]);
  const select = [...spec.columns.map((c) => `s.${ident(c.name)}`), ...framework].join(', ');
  const format = 's3' in from ? '' : ` FORMAT ${from.format}`;
  return `INSERT INTO ${tableName(table)} (${list}) SELECT ${select} FROM (${inner}) AS s${format}`;
}

/** https://clickhouse.com/docs/sql-reference/table-functions/s3 */
function s3({ url, keys }: S3File, { structure }: Arriving): string {
  const signed =
    keys === null
      ? ['NOSIGN']
      : [keys.accessKeyId, keys.secretAccessKey, ...(keys.sessionToken === undefined ? [] : [keys.sessionToken])].map(
          text,
        );
  return `s3(${[text(url), ...signed, "'Parquet'", text(structure)].join(', ')})`;
}

/** The value of a `__dpone__*` column: a constant of the load, or a hash of the row, made where the row is. */
function frameworkValue(
  column: FrameworkColumn,
  load: LoadRef,
  columns: readonly Column[],
  extractedAt: string,
): string {
  const typed = (sql: string): string => `CAST(${sql} AS ${stagedType(column)})`;
  const time = (iso: string): string => typed(`toDateTime64(${text(sqlTime(iso))}, 9, 'UTC')`);
  switch (column.value) {
    case 'load_id':
      return typed(text(load.loadId));
    case 'run_id':
      return typed(text(load.runId));
    case 'loaded_at':
      return time(load.startedAt);
    case 'extracted_at':
      return time(extractedAt);
    case 'row_id':
    case 'row_hash':
      return typed(rowHash(column.of ?? columns.map((c) => c.name)));
    case 'true':
      return typed('true');
    default:
      return typed('NULL');
  }
}

/** sha256 over each value's length and text, so that no two different rows are written alike; NULL is told from ''. */
export const rowHash = (columns: readonly string[]): string =>
  `lower(hex(SHA256(concat(${[...columns, '']
    .map((name) => {
      // concat() takes two arguments at least.
      if (name === '') return "''";
      const value = `toString(s.${ident(name)})`;
      return `ifNull(concat(toString(length(${value})), ':', ${value}), '-')`;
    })
    .join(', ')}))))`;

/** The load and target that a staging table was made for, from its comment. */
export function markOf(comment: unknown): StagingMark | undefined {
  try {
    return JSON.parse(String(comment)) as StagingMark;
  } catch {
    return undefined;
  }
}
