import type { CheckOutcome, StagingCheck } from '@dpone/sdk';
import { checkOutcome } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { NEVER, predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { columnList, keysMatch, literal, quoteName } from './sql.js';

/** Holds staging against the checks: those of single rows in one reading of it, each UNIQUE in its own. */
export async function measureChecks(
  session: Session,
  staging: string,
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<CheckOutcome[]> {
  const byRow = checks.filter((check) => check.kind !== 'unique');
  const row = byRow.length === 0 ? undefined : await session.row(countTogether(staging, byRow), doing);
  const outcomes: CheckOutcome[] = [];
  for (const check of checks)
    outcomes.push(
      check.kind === 'unique'
        ? { check, violations: await session.count(repeatedKeys(staging, check.columns), doing) }
        : checkOutcome(check, Number(row!['rows']), Number(row![`c${byRow.indexOf(check)}`])),
    );
  return outcomes;
}

/** How many keys come more than once, by the collation of the columns. */
export const repeatedKeys = (staging: string, key: readonly string[]): string =>
  `SELECT COUNT_BIG(*) AS n FROM (SELECT 1 AS x FROM ${staging} GROUP BY ${columnList(key)} HAVING COUNT_BIG(*) > 1) AS d`;

/**
 * How many rows there are, and of each check how many break it. A user's condition may hold a subquery, which an
 * aggregate may not: it is judged a row at a time below.
 */
export function countTogether(staging: string, checks: readonly StagingCheck[]): string {
  const broken = (check: StagingCheck): string =>
    (check.kind === 'max_null_ratio' ? `${quoteName(check.column)} IS NULL` : brokenBy(check, staging)) ?? NEVER;
  const flags = checks.map((check, i) => `CASE WHEN ${broken(check)} THEN 1 ELSE 0 END AS c${i}`);
  const sums = checks.map((_, i) => `COALESCE(SUM(CAST(f.c${i} AS bigint)), 0) AS c${i}`);
  return `SELECT ${['COUNT_BIG(*) AS [rows]', ...sums].join(', ')} FROM (SELECT ${flags.join(', ')} FROM ${staging} AS t) AS f`;
}

/** The condition on a staged row, under the alias `t`, that breaks a check; null for checks of the whole set, which no row breaks. */
export function brokenBy(check: StagingCheck, staging: string): string | null {
  switch (check.kind) {
    case 'not_null':
      return `${quoteName(check.column)} IS NULL`;
    case 'accepted_values': {
      const column = quoteName(check.column);
      const values = check.values.filter((v) => v !== null);
      const allowed = values.length === 0 ? NEVER : `${column} IN (${values.map(literal).join(', ')})`;
      // NULL is another rule's business, unless it is listed: then it is simply accepted too.
      return `${column} IS NOT NULL AND NOT (${allowed})`;
    }
    case 'predicate':
      return `CASE WHEN ${predicateSql(check.predicate)} THEN 0 ELSE 1 END = 1`;
    case 'unique': {
      const columns = columnList(check.columns);
      const twice = `SELECT ${columns} FROM ${staging} GROUP BY ${columns} HAVING COUNT_BIG(*) > 1`;
      return `EXISTS (SELECT 1 FROM (${twice}) AS d WHERE ${keysMatch('d', 't', check.columns)})`;
    }
    default:
      return null;
  }
}
