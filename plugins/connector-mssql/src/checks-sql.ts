import { type CheckOutcome, type StagingCheck, type StagingRule } from '@dpone/sdk';
import { checkOutcome, outsideOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { ALWAYS, NEVER, predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { columnList, keysMatch, literal, quoteName } from './sql.js';

const SUPPLEMENTARY = 'Latin1_General_100_CI_AS_SC';

/** Holds staging against the checks: those of single rows in one reading of it, each of several rows in its own. */
export async function measureChecks(
  session: Session,
  staging: string,
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<CheckOutcome[]> {
  const byRow = checks.filter((check) => repeatedOf(check) === null && check.kind !== 'max_distinct');
  const row = byRow.length === 0 ? undefined : await session.row(countTogether(staging, byRow), doing);
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    if (check.kind === 'max_distinct') {
      outcomes.push(checkOutcome(check, 0, await session.count(differentValues(staging, check.column), doing)));
      continue;
    }
    const repeated = repeatedOf(check);
    if (repeated === null)
      outcomes.push(checkOutcome(check, Number(row!['rows']), Number(row![`c${byRow.indexOf(check)}`])));
    else if (check.kind === 'count') {
      const rows = await session.count(`SELECT COUNT_BIG(*) AS n FROM ${staging}`, doing);
      outcomes.push(checkOutcome(check, rows, await session.count(repeatedRows(staging, repeated), doing)));
    } else outcomes.push({ check, violations: await session.count(repeatedKeys(staging, repeated), doing) });
  }
  return outcomes;
}

/** The columns whose values are compared with those of other rows; null for checks that one reading answers. */
function repeatedOf(check: StagingCheck): readonly string[] | null {
  if (check.kind === 'unique') return check.columns;
  return check.kind === 'count' && check.counted.what === 'repeated' ? check.counted.columns : null;
}

/** How many different values there are, by the collation of the column; NULL is none. */
export const differentValues = (staging: string, column: string): string =>
  `SELECT COUNT_BIG(DISTINCT ${quoteName(column)}) AS n FROM ${staging}`;

/** How many rows have values that came before. */
export function repeatedRows(staging: string, key: readonly string[]): string {
  const known = key.map((c) => `${quoteName(c)} IS NOT NULL`).join(' AND ');
  const groups = `SELECT COUNT_BIG(*) AS k FROM ${staging} WHERE ${known} GROUP BY ${columnList(key)}`;
  return `SELECT COALESCE(SUM(k - 1), 0) AS n FROM (${groups}) AS d`;
}

/** How many keys come more than once, by the collation of the columns. */
export const repeatedKeys = (staging: string, key: readonly string[]): string =>
  `SELECT COUNT_BIG(*) AS n FROM (SELECT 1 AS x FROM ${staging} GROUP BY ${columnList(key)} HAVING COUNT_BIG(*) > 1) AS d`;

/**
 * How many rows there are, and of each check how many break it. A user's condition may hold a subquery, which an
 * aggregate may not: it is judged a row at a time below.
 */
export function countTogether(staging: string, checks: readonly StagingCheck[]): string {
  const flags = checks.map((check, i) => `CASE WHEN ${countedBy(check, staging)} THEN 1 ELSE 0 END AS c${i}`);
  const sums = checks.map((_, i) => `COALESCE(SUM(CAST(f.c${i} AS bigint)), 0) AS c${i}`);
  return `SELECT ${['COUNT_BIG(*) AS [rows]', ...sums].join(', ')} FROM (SELECT ${flags.join(', ')} FROM ${staging} AS t) AS f`;
}

/** The condition on a row that is counted for a check. */
function countedBy(check: StagingCheck, staging: string): string {
  if (check.kind === 'max_null_ratio') return `${quoteName(check.column)} IS NULL`;
  if (check.kind !== 'count') return brokenBy(check, staging) ?? NEVER;
  return check.counted.what === 'broken' ? (brokenBy(check.counted.rule, staging) ?? NEVER) : ALWAYS;
}

/** The condition on a staged row, under the alias `t`, that breaks a check; null for checks of the whole set, which no row breaks. */
export function brokenBy(check: StagingRule, staging: string): string | null {
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
    case 'length':
      // LEN leaves blanks at the end out, and without a collation of supplementary characters counts those twice.
      return outsideOf(
        `LEN(CAST(${quoteName(check.column)} AS nvarchar(max)) COLLATE ${SUPPLEMENTARY} + N'.') - 1`,
        check,
      );
    case 'unique': {
      const columns = columnList(check.columns);
      const twice = `SELECT ${columns} FROM ${staging} GROUP BY ${columns} HAVING COUNT_BIG(*) > 1`;
      return `EXISTS (SELECT 1 FROM (${twice}) AS d WHERE ${keysMatch('d', 't', check.columns)})`;
    }
    default:
      return null;
  }
}
