import { quoteIdent, type CheckOutcome, type Column, type StagingCheck, type StagingRule } from '@dpone/sdk';
import { checkOutcome, outsideOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { columnList, keysMatch, literal, textLiteral } from './sql.js';

/** Holds staging against the checks: those of single rows in one reading of it, each UNIQUE in its own. */
export async function measureChecks(
  session: Session,
  staging: string,
  columns: readonly Column[],
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<CheckOutcome[]> {
  const byRow = checks.filter((check) => repeatedOf(check) === null);
  const counts = byRow.length === 0 ? [] : await countTogether(session, staging, byRow, doing);
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) {
    const repeated = repeatedOf(check);
    if (repeated === null) outcomes.push(checkOutcome(check, counts[0]!, counts[byRow.indexOf(check) + 1]!));
    else if (check.kind === 'count') {
      const rows = counts[0] ?? (await session.count(`SELECT count(*) FROM ${staging}`, doing));
      outcomes.push(checkOutcome(check, rows, await repeatedRows(session, staging, repeated, doing)));
    } else outcomes.push({ check, violations: await repeatedKeys(session, staging, columns, repeated, doing) });
  }
  return outcomes;
}

/** The columns whose values are compared with those of other rows; null for checks that one reading answers. */
function repeatedOf(check: StagingCheck): readonly string[] | null {
  if (check.kind === 'unique') return check.columns;
  return check.kind === 'count' && check.counted.what === 'repeated' ? check.counted.columns : null;
}

/** How many rows have values that came before. */
function repeatedRows(session: Session, staging: string, key: readonly string[], doing: Doing): Promise<number> {
  const known = key.map((c) => `${quoteIdent(c)} IS NOT NULL`).join(' AND ');
  const groups = `SELECT count(*) AS n FROM ${staging} WHERE ${known} GROUP BY ${columnList(key)}`;
  return session.count(`SELECT coalesce(sum(n - 1), 0) FROM (${groups}) AS d`, doing);
}

/** Types whose values a server sorts faster than it groups them: words that it compares as they are. */
const WORDS: ReadonlySet<string> = new Set(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'date']);

/** How many keys come more than once. */
async function repeatedKeys(
  session: Session,
  staging: string,
  columns: readonly Column[],
  key: readonly string[],
  doing: Doing,
): Promise<number> {
  if (key.length === 1 && WORDS.has(columns.find((c) => c.name === key[0])?.type.kind ?? '')) {
    // Equal where every row has a key of its own; NULL is not counted, so with NULLs they differ.
    const sql = `SELECT count(*) - count(DISTINCT ${columnList(key)}) FROM ${staging}`;
    if ((await session.count(sql, doing)) === 0) return 0;
  }
  return session.count(
    `SELECT count(*) FROM (SELECT FROM ${staging} GROUP BY ${columnList(key)} HAVING count(*) > 1) AS d`,
    doing,
  );
}

/** How many rows there are, and of each check how many break it, or what it counts. */
async function countTogether(
  session: Session,
  staging: string,
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<number[]> {
  const counts = checks.map((check, i) => {
    if (check.kind === 'max_distinct') return `count(DISTINCT ${quoteIdent(check.column)}) AS c${i}`;
    return `count(*) FILTER (WHERE ${countedBy(check, staging)}) AS c${i}`;
  });
  const row = await session.row(`SELECT ${['count(*) AS "rows"', ...counts].join(', ')} FROM ${staging} AS t`, doing);
  return Object.values(row!).map(Number);
}

/** The condition on a row that is counted for a check. */
function countedBy(check: StagingCheck, staging: string): string {
  if (check.kind === 'max_null_ratio') return `${quoteIdent(check.column)} IS NULL`;
  if (check.kind !== 'count') return brokenBy(check, staging) ?? 'false';
  return check.counted.what === 'broken' ? (brokenBy(check.counted.rule, staging) ?? 'false') : 'true';
}

/** The condition on a staged row, under the alias `t`, that breaks a check; null for checks of the whole set, which no row breaks. */
export function brokenBy(check: StagingRule, staging: string): string | null {
  switch (check.kind) {
    case 'not_null':
      return `${quoteIdent(check.column)} IS NULL`;
    case 'accepted_values': {
      const column = quoteIdent(check.column);
      const values = check.values.filter((v) => v !== null);
      const allowed = values.length === 0 ? 'false' : `${column} IN (${values.map(literal).join(', ')})`;
      // NULL is another rule's business, unless it is listed: then it is simply accepted too.
      return `${column} IS NOT NULL AND NOT (${allowed})`;
    }
    case 'predicate':
      return `(${predicateSql(check.predicate)}) IS NOT TRUE`;
    case 'length':
      return outsideOf(`char_length(${quoteIdent(check.column)}::text)`, check);
    case 'pattern':
      return `(${quoteIdent(check.column)}::text ~ ${textLiteral(check.pattern)}) IS FALSE`;
    case 'unique': {
      const columns = columnList(check.columns);
      const twice = `SELECT ${columns} FROM ${staging} GROUP BY ${columns} HAVING count(*) > 1`;
      return `EXISTS (SELECT FROM (${twice}) AS d WHERE ${keysMatch('d', 't', check.columns)})`;
    }
    default:
      return null;
  }
}
