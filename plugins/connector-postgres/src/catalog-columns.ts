import type { Column, TableRef } from '@dpone/sdk';
import { catalogRows } from './catalog-query.js';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, textLiteral } from './sql.js';
import { canonicalType, SYSTEM } from './types.js';

const KINDS = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
} as const;

export type RelationKind = (typeof KINDS)[keyof typeof KINDS];

/** What a reader needs to know of a table or view. */
export interface TableColumns {
  readonly oid: number;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  /** Whether rows of other tables (partitions, inheritance children) are read with this one's. */
  readonly hasChildren: boolean;
  /** Rows as the server last estimated them, its children's included; -1 where it never did. */
  readonly reltuples: number;
  /** Pages of 8 KiB (`block_size`) as the server last counted them, those of children included. */
  readonly relpages: number;
}

/** A column as {@link COLUMN_FIELDS} describes it. */
export interface CatalogColumn {
  readonly name: string;
  readonly native: string;
  readonly notNull: boolean;
  readonly generated: string;
  readonly comment: string | null;
}

/**
 * The type under a column's type where that is a domain (of a domain ...), with the domain's arguments; else its own.
 * For a lateral join, after `pg_attribute AS a`.
 */
export const BASE_TYPE = `(
  WITH RECURSIVE base AS (
    SELECT a.atttypid AS typid, a.atttypmod AS typmod
    UNION ALL
    SELECT t.typbasetype, t.typtypmod FROM base JOIN pg_type AS t ON t.oid = base.typid WHERE t.typtype = 'd'
  )
  SELECT base.typid, base.typmod FROM base JOIN pg_type AS t ON t.oid = base.typid WHERE t.typtype <> 'd'
)`;

/**
 * Whether a column holds no NULL. Since Postgres 18 `attnotnull` is also true where the constraint was never validated
 * (https://www.postgresql.org/docs/18/catalog-pg-attribute.html).
 */
const HOLDS_NO_NULL = `a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint AS unproven WHERE unproven.conrelid = a.attrelid
  AND unproven.contype = 'n' AND NOT unproven.convalidated AND a.attnum = ANY (unproven.conkey))`;

/** Arguments of `jsonb_build_object` that describe a column, given `pg_attribute AS a` and {@link BASE_TYPE} `AS b`. */
export const COLUMN_FIELDS = `'name', a.attname, 'native', format_type(b.typid, b.typmod), 'notNull', ${HOLDS_NO_NULL},
  'generated', a.attgenerated, 'comment', col_description(a.attrelid, a.attnum)`;

/** The names of an array of column numbers, in its order, as jsonb. */
export const columnNames = (relation: string, numbers: string): string =>
  `(SELECT coalesce(jsonb_agg(n.attname ORDER BY place.position), '[]') FROM unnest(${numbers}) WITH ORDINALITY AS place(number, position)
    JOIN pg_attribute AS n ON n.attrelid = ${relation} AND n.attnum = place.number)`;

/** Given `pg_class AS c`. */
export const PRIMARY_KEY = `coalesce((SELECT ${columnNames('p.conrelid', 'p.conkey')} FROM pg_constraint AS p
  WHERE p.conrelid = c.oid AND p.contype = 'p'), '[]')`;

/** A relation that one can read, as `pg_class AS c`; {@link named} says which. */
export const RELATIONS = `pg_class AS c JOIN pg_namespace AS s ON s.oid = c.relnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;

export const named = (table: TableRef): string =>
  `s.nspname = ${textLiteral(table.schema ?? DEFAULT_SCHEMA)} AND c.relname = ${textLiteral(table.name)}`;

/** What a relation's partitions and inheritance children add up to with itself; a partitioned table has no rows of its own. */
const FAMILY = `(
  WITH RECURSIVE heirs AS (
    SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = c.oid
    UNION
    SELECT i.inhrelid FROM heirs JOIN pg_inherits AS i ON i.inhparent = heirs.inhrelid
  )
  SELECT count(*) - 1 AS children, sum(greatest(h.relpages, 0)) FILTER (WHERE h.relkind <> 'p') AS pages,
    CASE WHEN bool_and(h.reltuples < 0 OR h.relkind = 'p') THEN -1 ELSE sum(greatest(h.reltuples, 0)) FILTER (WHERE h.relkind <> 'p') END AS tuples
  FROM (SELECT c.oid UNION ALL SELECT inhrelid FROM heirs) AS member(oid)
  JOIN pg_class AS h ON h.oid = member.oid
)`;

/** Reads a table's columns from the catalog; null where there is no such table or view. */
export async function tableColumns(session: Session, table: TableRef, doing: Doing): Promise<TableColumns | null> {
  const rows = await catalogRows(
    session,
    `SELECT c.oid, c.relkind AS kind, f.children, f.pages, f.tuples, ${PRIMARY_KEY} AS primary_key,
      (SELECT coalesce(jsonb_agg(jsonb_build_object(${COLUMN_FIELDS}) ORDER BY a.attnum), '[]')
        FROM pg_attribute AS a CROSS JOIN LATERAL ${BASE_TYPE} AS b
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM ${RELATIONS} CROSS JOIN LATERAL ${FAMILY} AS f WHERE ${named(table)}`,
    doing,
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    oid: Number(row['oid']),
    kind: relationKind(row['kind']!),
    columns: (JSON.parse(row['columns']!) as CatalogColumn[]).map(toColumn),
    primaryKey: JSON.parse(row['primary_key']!) as string[],
    hasChildren: Number(row['children']) > 0,
    reltuples: Number(row['tuples']),
    relpages: Number(row['pages']),
  };
}

export function relationKind(relkind: string): RelationKind {
  return KINDS[relkind as keyof typeof KINDS];
}

export const toColumn = (column: CatalogColumn): Column => ({
  name: column.name,
  type: canonicalType(column.native),
  nullable: !column.notNull,
  native: { system: SYSTEM, type: column.native },
  ...(column.comment === null ? {} : { comment: column.comment }),
  ...(column.generated === '' ? {} : { generated: true }),
});
