import {
  quoteIdent,
  quoteLiteral,
  type CheckOutcome,
  type Counted,
  type StagingCheck,
  type StagingRule,
} from '@dpone/sdk';
import { checkOutcome, outsideOf } from '@dpone/sdk/connector';
import type { Doing } from './errors.js';
import { predicateSql } from './predicate-sql.js';
import type { Session } from './session.js';
import { columnList, keysMatch, literal } from './sql.js';

/** Holds staging against the checks, each as one set-based query. */
export async function measureChecks(
  session: Session,
  staging: string,
  checks: readonly StagingCheck[],
  doing: Doing,
): Promise<CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  for (const check of checks) outcomes.push(await measure(session, staging, check, doing));
  return outcomes;
}

async function measure(session: Session, staging: string, check: StagingCheck, doing: Doing): Promise<CheckOutcome> {
  const count = (sql: string): Promise<number> => session.count(sql, doing);
  switch (check.kind) {
    case 'unique':
      return {
        check,
        violations: await count(
          `SELECT count(*) FROM (SELECT 1 FROM ${staging} GROUP BY ${columnList(check.columns)} HAVING count(*) > 1)`,
        ),
      };
    case 'min_rows':
      return checkOutcome(check, await count(`SELECT count(*) FROM ${staging}`), 0);
    case 'max_null_ratio': {
      const rows = await count(`SELECT count(*) FROM ${staging}`);
      return checkOutcome(
        check,
        rows,
        await count(`SELECT count(*) FROM ${staging} WHERE ${quoteIdent(check.column)} IS NULL`),
      );
    }
    case 'count': {
      const rows = await count(`SELECT count(*) FROM ${staging}`);
      return checkOutcome(check, rows, await count(countSql(check.counted, staging)));
    }
    case 'max_distinct':
      return checkOutcome(check, 0, await count(`SELECT count(DISTINCT ${quoteIdent(check.column)}) FROM ${staging}`));
    default:
      return {
        check,
        violations: await count(`SELECT count(*) FROM ${staging} AS t WHERE ${brokenBy(check, staging)!}`),
      };
  }
}

/** How many rows fit what is counted. */
function countSql(counted: Counted, staging: string): string {
  switch (counted.what) {
    case 'rows':
      return `SELECT count(*) FROM ${staging}`;
    case 'broken':
      return `SELECT count(*) FROM ${staging} AS t WHERE ${brokenBy(counted.rule, staging)!}`;
    case 'repeated': {
      const known = counted.columns.map((c) => `${quoteIdent(c)} IS NOT NULL`).join(' AND ');
      const groups = `SELECT count(*) AS n FROM ${staging} WHERE ${known} GROUP BY ${columnList(counted.columns)}`;
      return `SELECT coalesce(sum(n - 1), 0)::BIGINT FROM (${groups})`;
    }
  }
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
    case 'length': {
      const length = `length(CAST(${quoteIdent(check.column)} AS VARCHAR))`;
      return outsideOf(length, check);
    }
    case 'pattern': {
      const value = `CAST(${quoteIdent(check.column)} AS VARCHAR)`;
      return `NOT regexp_matches(${value}, ${quoteLiteral(check.pattern)})`;
    }
    case 'unique': {
      const columns = columnList(check.columns);
      const twice = `SELECT ${columns} FROM ${staging} GROUP BY ${columns} HAVING count(*) > 1`;
      return `EXISTS (SELECT 1 FROM (${twice}) AS d WHERE ${keysMatch('d', 't', check.columns)})`;
    }
    default:
      return null;
  }
}
