import type { Column, Schema, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Row, Session } from './session.js';
import { ident, tableName, text } from './sql.js';
import { explained, meaningOf, SYSTEM } from './types.js';

/** What the catalog says about a table. */
export interface TableFacts {
  readonly columns: readonly Column[];
  /** `MergeTree`, `ReplicatedReplacingMergeTree`, `View`, ... */
  readonly engine: string;
  /** The engine with everything that follows it: keys, settings, TTL. */
  readonly engineFull: string;
  readonly sortingKey: string;
  readonly primaryKey: string;
  readonly partitionKey: string;
  /** Zeros where the database's engine gives none. */
  readonly uuid: string;
  /** Materialized views and the like that read the table. */
  readonly readers: readonly string[];
  /** Columns whose type has no canonical meaning, with that type. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Keys of the sorting key that are plain columns without NULL. */
  readonly keyColumns: readonly string[];
}

const at = (table: TableRef): string => `database = ${text(table.schema!)} AND `;

/** Reads the catalog; null where there is no such table. */
export async function tableFacts(session: Session, table: TableRef, doing: Doing): Promise<TableFacts | null> {
  const [[own], rows] = await Promise.all([
    session.rows(
      'SELECT engine, engine_full, sorting_key, primary_key, partition_key, toString(uuid) AS uuid, ' +
        "arrayMap((d, t) -> concat(d, '.', t), dependencies_database, dependencies_table) AS readers " +
        `FROM system.tables WHERE ${at(table)}name = ${text(table.name)}`,
      doing,
    ),
    session.rows(
      'SELECT name, type, default_kind, comment FROM system.columns ' +
        `WHERE ${at(table)}table = ${text(table.name)} ORDER BY position`,
      doing,
    ),
  ]);
  if (own === undefined) return null;
  const unreadable = new Map<string, string>();
  const columns = rows.map((row) => column(row, session.facts.zone, unreadable));
  const sorting = String(own['sorting_key']);
  return {
    columns,
    engine: String(own['engine']),
    engineFull: String(own['engine_full']),
    sortingKey: sorting,
    primaryKey: String(own['primary_key']),
    partitionKey: String(own['partition_key']),
    uuid: String(own['uuid']),
    readers: own['readers'] as string[],
    unreadable,
    keyColumns: columns.map((c) => c.name).filter((name) => sorting.split(', ').includes(name)),
  };
}

function column(row: Row, zone: string, unreadable: Map<string, string>): Column {
  const name = String(row['name']);
  const native = String(row['type']);
  const meaning = meaningOf(native, zone);
  if (meaning === undefined) unreadable.set(name, native);
  const generated = /^(?:MATERIALIZED|ALIAS|EPHEMERAL)$/.test(String(row['default_kind']));
  const comment = String(row['comment']);
  return explained({
    name,
    type: meaning?.type ?? { kind: 'string' },
    nullable: meaning?.nullable ?? false,
    native: { system: SYSTEM, type: native },
    ...(comment === '' ? {} : { comment }),
    ...(generated ? { generated } : {}),
  });
}

/** ClickHouse has keys, but none that is unique: a schema never says a primary key. */
export const toSchema = (facts: TableFacts): Schema => ({ columns: facts.columns });

/** Counts the rows that have a value in the first column and none in the second. */
export const unfilledRows = (table: TableRef, column: string, successor: string): string =>
  `SELECT count() FROM ${tableName(table)} WHERE ${ident(column)} IS NOT NULL AND ${ident(successor)} IS NULL`;

/** Tables of a database whose name begins so, with their UUIDs. */
export async function tablesLike(
  session: Session,
  schema: string,
  prefix: string,
  doing: Doing,
): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(
    `SELECT name, toString(uuid) AS uuid FROM system.tables WHERE database = ${text(schema)} AND startsWith(name, ${text(prefix)})`,
    doing,
  );
  return new Map(rows.map((row) => [String(row['name']), String(row['uuid'])]));
}

export const isMergeTree = (facts: TableFacts): boolean => facts.engine.endsWith('MergeTree');

export const isReplicated = (facts: TableFacts): boolean => facts.engine.startsWith('Replicated');
