import { quoteIdent, type Column, type LoadProgram } from '@dpone/sdk';
import type { StagingNames } from './names.js';
import { textLiteral } from './sql.js';
import type { ColumnFacts, TableFacts } from './table-facts.js';
import { columnType } from './types.js';

/** The data columns in the order of the target's, new ones at the end: COPY and INSERT name their columns anyway. */
export function stagingColumnsInTargetOrder<C extends Column>(facts: TableFacts, columns: readonly C[]): C[] {
  const places = new Map(facts.columns.map((c, at) => [c.name, at]));
  const place = (column: C): number => places.get(column.name) ?? facts.columns.length;
  return columns.toSorted((a, b) => place(a) - place(b));
}

/**
 * Makes staging's columns and storage what the target's are, as far as that does not depend on rows: types where the
 * target's is a domain or has a collation of its own, defaults, storage, statistics, options, tablespace. Whatever
 * staging has already is not done again by the server.
 */
export function shapeStatements(program: LoadProgram, names: StagingNames, facts: TableFacts): string[] {
  const staged = new Map(program.columns.map((c) => [c.name, c]));
  const known = new Set(facts.columns.flatMap((c) => (c.native === undefined ? [] : [c.native.type])));
  const widened = new Set(program.changes.flatMap((c) => (c.kind === 'widen_column' ? [c.column.name] : [])));
  const columns = facts.details.flatMap((column) => {
    const from = staged.get(column.name);
    return from === undefined ? [] : columnActions(column, from, known, widened.has(column.name));
  });
  return [
    ...(facts.tablespace === facts.newTablespace ? [] : [moveTo(names.rows, facts.tablespace)]),
    ...(columns.length === 0 ? [] : [`ALTER TABLE ${names.rows} ${columns.join(', ')}`]),
    ...(facts.options.length === 0 ? [] : [`ALTER TABLE ${names.rows} SET (${optionList(facts.options)})`]),
  ];
}

/** A table in the database's own tablespace names none; to say it in SQL, it must be named. */
const moveTo = (table: string, tablespace: string): string =>
  tablespace === ''
    ? `DO ${textLiteral(
        `BEGIN EXECUTE (SELECT format('ALTER TABLE %s SET TABLESPACE %I', ${textLiteral(table)}, t.spcname) ` +
          'FROM pg_catalog.pg_database AS d JOIN pg_catalog.pg_tablespace AS t ON t.oid = d.dattablespace ' +
          'WHERE d.datname = pg_catalog.current_database()); END',
      )}`
    : `ALTER TABLE ${table} SET TABLESPACE ${quoteIdent(tablespace)}`;

/** `fillfactor=70` and `toast.autovacuum_enabled=false` as `SET (...)` takes them. */
export const optionList = (options: readonly string[]): string =>
  options
    .map((option) => {
      const at = option.indexOf('=');
      const name = option.slice(0, at).split('.').map(quoteIdent).join('.');
      return `${name} = ${textLiteral(option.slice(at + 1))}`;
    })
    .join(', ');

function columnActions(column: ColumnFacts, from: Column, known: ReadonlySet<string>, widened: boolean): string[] {
  const physical = columnType(from, known);
  const stagedType = 'type' in physical ? physical.type : column.declared;
  const type = widened ? stagedType : column.declared;
  const collation = column.collation === null || (widened && from.type.kind !== 'string') ? null : column.collation;
  const actions = [
    ...(type === stagedType && collation === null
      ? []
      : [`TYPE ${type}${collation === null ? '' : ` COLLATE ${collation}`}`]),
    ...(column.default === null ? [] : [`SET DEFAULT ${column.default}`]),
    ...(column.storage === null ? [] : [`SET STORAGE ${column.storage}`]),
    ...(column.compression === null ? [] : [`SET COMPRESSION ${column.compression}`]),
    ...(column.statistics === null ? [] : [`SET STATISTICS ${column.statistics}`]),
    ...(column.options.length === 0 ? [] : [`SET (${optionList(column.options)})`]),
  ];
  return actions.map((action) => `ALTER COLUMN ${quoteIdent(column.name)} ${action}`);
}
