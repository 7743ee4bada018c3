import type { LoadRef, TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { DEFAULT_SCHEMA, tableLabel, tableName, textLiteral } from './sql.js';

/** What Postgres reads of a name: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const LONGEST = 63;

/** A table beside the target: `<target>__dpone_<what>_<load id>`, the target's name cut where that is too long. */
export function besideTarget(what: 'backup' | 'failed', loadId: string, target: TableRef): TableRef {
  const suffix = `__dpone_${what}_${loadId}`;
  let stem = target.name;
  while (Buffer.byteLength(stem + suffix) > LONGEST) stem = Array.from(stem).slice(0, -1).join('');
  return { ...target, name: stem + suffix };
}

/** What the comment of a backup says, so that it is known for one whatever its name. */
interface BackupMark {
  readonly backup_of: string;
  readonly load_id: string;
}

/**
 * Keeps a copy of a table whose rows are about to change. Others may read it meanwhile, and write it only when the load
 * is done: what they wrote between the copy and the change would be in neither.
 */
export function copyToBackup({ loadId, target }: LoadRef): string[] {
  const mark: BackupMark = { backup_of: tableLabel(target), load_id: loadId };
  const backup = tableName(besideTarget('backup', loadId, target));
  return [
    `LOCK TABLE ${tableName(target)} IN SHARE ROW EXCLUSIVE MODE`,
    `CREATE TABLE ${backup} AS TABLE ${tableName(target)}`,
    `COMMENT ON TABLE ${backup} IS ${textLiteral(JSON.stringify(mark))}`,
  ];
}

export interface KeptBackup {
  readonly table: TableRef;
  readonly loadId: string;
}

/** The backups of a target, by their comments. */
export async function backupsOf(session: Session, target: TableRef, doing: Doing): Promise<KeptBackup[]> {
  const rows = await session.rows(
    "SELECT c.relname AS name, obj_description(c.oid, 'pg_class') AS comment FROM pg_class c " +
      `JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${textLiteral(target.schema ?? DEFAULT_SCHEMA)} ` +
      `AND c.relkind = 'r' AND starts_with(obj_description(c.oid, 'pg_class'), '{"backup_of":') ORDER BY 1`,
    doing,
  );
  return rows.flatMap((row) => {
    const mark = readMark(row['comment'] ?? '');
    if (mark?.backup_of !== tableLabel(target)) return [];
    return [{ table: { ...target, name: row['name']! }, loadId: mark.load_id }];
  });
}

function readMark(comment: string): BackupMark | undefined {
  try {
    return JSON.parse(comment) as BackupMark;
  } catch {
    return undefined;
  }
}
