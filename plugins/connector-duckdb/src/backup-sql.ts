import { quoteIdent, quoteLiteral, type LoadRef, type TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { rollbackNames } from './names.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, tableLabel, tableName } from './sql.js';
import { carryOver, type TableFacts } from './target.js';

/** What the comment of a backup says, so that it is known for one whatever its name. */
interface BackupMark {
  readonly backup_of: string;
  readonly load_id: string;
  /** The table's own comment, for when it comes back. */
  readonly comment: string | null;
}

const marked = (table: TableRef, mark: BackupMark): string =>
  `COMMENT ON TABLE ${tableName(table)} IS ${quoteLiteral(JSON.stringify(mark))}`;

const markOf = (load: LoadRef, facts: TableFacts): BackupMark => ({
  backup_of: tableLabel(load.target),
  load_id: load.loadId,
  comment: facts.comment,
});

/** Keeps a table that staging replaces: it only changes its name. */
export function renameToBackup(load: LoadRef, facts: TableFacts): string[] {
  const { backup } = rollbackNames(load.loadId, load.target);
  return [
    `ALTER TABLE ${tableName(load.target)} RENAME TO ${quoteIdent(backup.name)}`,
    marked(backup, markOf(load, facts)),
  ];
}

/** Keeps a copy of a table whose rows are about to change. */
export function copyToBackup(load: LoadRef, facts: TableFacts): string[] {
  const { backup } = rollbackNames(load.loadId, load.target);
  const table = tableName(backup);
  return [
    `CREATE TABLE ${table} AS FROM ${tableName(load.target)}`,
    ...carryOver(table, { ...facts, comment: null }, new Set()),
    marked(backup, markOf(load, facts)),
  ];
}

export interface KeptBackup {
  readonly table: TableRef;
  readonly loadId: string;
  readonly comment: string | null;
}

/** The backups of a target, by their comments. */
export async function backupsOf(session: Session, target: TableRef, doing: Doing): Promise<KeptBackup[]> {
  const schema = target.schema ?? DEFAULT_SCHEMA;
  const rows = await session.rows(
    'SELECT table_name, comment FROM duckdb_tables() WHERE database_name = current_database() AND ' +
      `schema_name = ${quoteLiteral(schema)} AND comment LIKE '{"backup_of":%' ORDER BY table_name`,
    doing,
  );
  return rows.flatMap((row) => {
    const mark = readMark(String(row['comment']));
    if (mark?.backup_of !== tableLabel(target)) return [];
    return [{ table: { ...target, name: String(row['table_name']) }, loadId: mark.load_id, comment: mark.comment }];
  });
}

function readMark(comment: string): BackupMark | undefined {
  try {
    return JSON.parse(comment) as BackupMark;
  } catch {
    return undefined;
  }
}
