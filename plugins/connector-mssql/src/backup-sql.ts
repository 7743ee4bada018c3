import type { Json, LoadRef, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { addMark, readMark, selectMarks } from './marks-sql.js';
import type { Session } from './session.js';
import { columnList, DEFAULT_SCHEMA, tableLabel, tableName } from './sql.js';
import type { TableFacts } from './target.js';

/** Longest name (https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers). */
const LONGEST = 128;

/** A table beside the target: `<target>__dpone_<what>_<load id>`, the target's name cut where that is too long. */
export function besideTarget(what: 'backup' | 'failed', loadId: string, target: TableRef): TableRef {
  const suffix = `__dpone_${what}_${loadId}`;
  return { ...target, name: target.name.slice(0, LONGEST - suffix.length) + suffix };
}

/** What the mark of a backup says, so that it is known for one whatever its name. */
interface BackupMark {
  readonly backup_of: string;
  readonly load_id: string;
}

/** Columns that a copy of the rows has: what the server fills itself it fills again. */
export const copiedColumns = (facts: TableFacts): string =>
  columnList(facts.columns.filter((c) => !c.generated).map((c) => c.name));

/**
 * Keeps a copy of a table whose rows are about to change. Nobody writes it until the load is done: what they wrote
 * between the copy and the change would be in neither.
 */
export function copyToBackup({ loadId, target }: LoadRef, facts: TableFacts): string[] {
  const backup = besideTarget('backup', loadId, target);
  const mark: BackupMark = { backup_of: tableLabel(target), load_id: loadId };
  return [
    `SELECT ${copiedColumns(facts)} INTO ${tableName(backup)} FROM ${tableName(target)} WITH (TABLOCKX, HOLDLOCK)`,
    addMark({ ...backup, schema: backup.schema ?? DEFAULT_SCHEMA }, mark),
  ];
}

export interface KeptBackup {
  readonly table: TableRef;
  readonly loadId: string;
}

/** The backups of a target, by their marks. */
export async function backupsOf(session: Session, target: TableRef, doing: Doing): Promise<KeptBackup[]> {
  const rows = await session.rows(selectMarks(target.schema ?? DEFAULT_SCHEMA), doing);
  return rows.flatMap((row) => {
    const mark = readMark<BackupMark>(row['mark']);
    if (mark?.backup_of !== tableLabel(target) || mark.load_id === undefined) return [];
    return [{ table: besideTarget('backup', mark.load_id, target), loadId: mark.load_id }];
  });
}

/** Only the newest load can be undone: what was kept for an older one is of no use any more. */
export async function dropOlderBackups(session: Session, target: TableRef, doing: Doing): Promise<void> {
  for (const { table } of await backupsOf(session, target, doing))
    await session.run(`DROP TABLE ${tableName(table)}`, doing);
}

/** What the receipt says of the backup, by which one that was altered is known. */
export async function describeBackup(session: Session, { loadId, target }: LoadRef, doing: Doing): Promise<Json> {
  const backup = besideTarget('backup', loadId, target);
  return { table: tableLabel(backup), rows: await rowsOf(session, backup, doing) };
}

export const rowsOf = (session: Session, table: TableRef, doing: Doing): Promise<number> =>
  session.count(`SELECT COUNT_BIG(*) AS n FROM ${tableName(table)}`, doing);
