import {
  type CheckOutcome,
  type Column,
  type Counted,
  type StagingCheck,
  type StagingRule,
  type TableRef,
} from '@dpone/sdk';
import { checkOutcome, outsideOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { keyParts } from './keys-sql.js';
import { predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { ident, literal, tableName, text } from './sql.js';

export interface Staged {
  readonly table: TableRef;
  readonly columns: readonly Column[];
}

/** Holds staging against the checks, each as one set-based query, all at once. */
export function measureChecks(
  session: Session,
  staged: Staged,
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<CheckOutcome[]> {
  return Promise.all(checks.map((check) => measure(session, staged, check, doing)));
}

async function measure(session: Session, staged: Staged, check: StagingCheck, doing: Doing): Promise<CheckOutcome> {
  const count = (sql: string): Promise<number> => session.count(sql, doing);
  const from = tableName(staged.table);
  switch (check.kind) {
    case 'unique':
      return { check, violations: await count(`SELECT count() FROM (${twice(staged, check.columns)})`) };
    case 'min_rows':
      return checkOutcome(check, await count(`SELECT count() FROM ${from}`), 0);
    case 'max_null_ratio': {
      const rows = await count(`SELECT count() FROM ${from}`);
      return checkOutcome(check, rows, await count(`SELECT countIf(isNull(${ident(check.column)})) FROM ${from}`));
    }
    case 'count': {
      const rows = await count(`SELECT count() FROM ${from}`);
      return checkOutcome(check, rows, await count(countSql(check.counted, staged)));
    }
    case 'max_distinct':
      return checkOutcome(check, 0, await count(`SELECT uniqExact(${ident(check.column)}) FROM ${from}`));
    default:
      return { check, violations: await count(`SELECT count() FROM ${from} WHERE ${brokenBy(check, staged)!}`) };
  }
}

/** How many rows fit what is counted. */
function countSql(counted: Counted, staged: Staged): string {
  const from = tableName(staged.table);
  switch (counted.what) {
    case 'rows':
      return `SELECT count() FROM ${from}`;
    case 'broken':
      return `SELECT count() FROM ${from} WHERE ${brokenBy(counted.rule, staged)!}`;
    case 'repeated': {
      const known = counted.columns.map((c) => `isNotNull(${ident(c)})`).join(' AND ');
      const key = keyParts(counted.columns, staged.columns);
      return `SELECT sum(n - 1) FROM (SELECT count() AS n FROM ${from} WHERE ${known} GROUP BY ${key})`;
    }
  }
}

const twice = ({ table, columns }: Staged, key: readonly string[]): string =>
  `SELECT ${keyParts(key, columns)} FROM ${tableName(table)} GROUP BY ${keyParts(key, columns)} HAVING count() > 1`;

/** The condition on a staged row that breaks a check; null for checks of the whole set, which no row breaks. */
export function brokenBy(check: StagingRule, staged: Staged): string | null {
  switch (check.kind) {
    case 'not_null':
      return `isNull(${ident(check.column)})`;
    case 'accepted_values': {
      const column = ident(check.column);
      const values = check.values.filter((v) => v !== null);
      const allowed = values.length === 0 ? 'false' : `${column} IN (${values.map(literal).join(', ')})`;
      // NULL is another rule's business, unless it is listed: then it is simply accepted too.
      return `isNotNull(${column}) AND NOT ifNull(${allowed}, false)`;
    }
    case 'predicate':
      return `NOT ifNull((${predicateSql(check.predicate)}), false)`;
    case 'length':
      return `ifNull(${outsideOf(`lengthUTF8(toString(${ident(check.column)}))`, check)}, false)`;
    case 'pattern':
      return `NOT ifNull(match(toString(${ident(check.column)}), ${text(check.pattern)}), true)`;
    case 'unique':
      return `(${keyParts(check.columns, staged.columns)}) IN (${twice(staged, check.columns)})`;
    default:
      return null;
  }
}
