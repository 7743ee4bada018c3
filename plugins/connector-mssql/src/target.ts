import type { Column, Schema, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { selectAttached, selectColumns, selectObject, selectPrimaryKey } from './facts-sql.js';
import type { Row, Session } from './session.js';
import { canonicalType, nativeName, SYSTEM } from './types.js';

export interface ColumnFacts {
  readonly name: string;
  /** With its arguments. */
  readonly native: string;
  readonly nullable: boolean;
  readonly identity: boolean;
  /** The server fills it: computed, rowversion, the period of a system-versioned table. */
  readonly generated: boolean;
  readonly collation: string | null;
}

/** What a table or view is made of. */
export interface TableShape {
  readonly kind: 'table' | 'view';
  readonly columns: readonly ColumnFacts[];
  readonly primaryKey: readonly string[];
}

/** Everything that a load must know about its target. */
export interface TableFacts extends TableShape {
  /** What hangs on it besides its columns, as messages say it. */
  readonly attached: readonly string[];
}

/** Null where there is no such table or view. */
export async function tableShape(session: Session, table: TableRef, doing: Doing): Promise<TableShape | null> {
  const object = await session.row(selectObject(table), doing);
  if (object === undefined) return null;
  const columns = (await session.rows(selectColumns(table), doing)).map(columnFacts);
  const primaryKey = (await session.rows(selectPrimaryKey(table), doing)).map((row) => String(row['name']));
  return { kind: object['type'] === 'V' ? 'view' : 'table', columns, primaryKey };
}

/** Null where there is no such table or view. */
export async function tableFacts(session: Session, table: TableRef, doing: Doing): Promise<TableFacts | null> {
  const shape = await tableShape(session, table, doing);
  if (shape === null) return null;
  const attached = (await session.rows(selectAttached(table), doing)).map((row) => String(row['what']));
  return { ...shape, attached };
}

export function columnFacts(row: Row): ColumnFacts {
  const native = nativeName({
    base: String(row['base']).toLowerCase(),
    maxLength: Number(row['max_length']),
    precision: Number(row['precision']),
    scale: Number(row['scale']),
  });
  return {
    name: String(row['name']),
    native,
    nullable: Boolean(row['is_nullable']),
    identity: Boolean(row['is_identity']),
    generated: Boolean(row['is_computed']) || Number(row['generated_always'] ?? 0) !== 0 || native === 'rowversion',
    collation: row['collation_name'] as string | null,
  };
}

/** The column as dpone knows it; one of a type without a canonical one is a text that nobody may read or write. */
export const toColumn = (facts: ColumnFacts): Column => ({
  name: facts.name,
  type: canonicalType(facts.native) ?? { kind: 'string' },
  nullable: facts.nullable,
  native: { system: SYSTEM, type: facts.native },
  ...(facts.generated ? { generated: true } : {}),
});

export const toSchema = (facts: TableShape): Schema => ({
  columns: facts.columns.map(toColumn),
  ...(facts.primaryKey.length === 0 ? {} : { primaryKey: facts.primaryKey }),
});
