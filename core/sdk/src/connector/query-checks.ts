import { fail } from '../errors/error.js';
import type { StagingCheck } from '../contracts/load-program.js';
import type { CheckOutcome } from '../contracts/sink.js';
import { isWithin } from './check-outcome.js';

type QueryCheck = StagingCheck & { readonly kind: 'query' };

/** How a system says what a query of a contract names, and how it is asked. */
export interface QueryWords {
  /** The quoted name of staging. */
  readonly object: string;
  readonly quote: (column: string) => string;
  /** Runs a SELECT in which nothing can be changed; resolves with its rows. */
  readonly ask: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Holds staging against all checks: the queries of a contract one by one, the others as the sink does. */
export async function measureWithQueries(
  checks: readonly StagingCheck[],
  words: QueryWords,
  measure: (others: readonly StagingCheck[]) => Promise<readonly CheckOutcome[]>,
): Promise<CheckOutcome[]> {
  const others = checks.filter((check) => check.kind !== 'query');
  const measured = others.length === 0 ? [] : await measure(others);
  const outcomes: CheckOutcome[] = [];
  for (const check of checks)
    outcomes.push(check.kind === 'query' ? await answer(check, words) : measured[others.indexOf(check)]!);
  return outcomes;
}

/** A query in which the names are said, as the only thing that is selected from: nothing but a SELECT can stand there. */
export function querySql(
  { query, columns }: QueryCheck,
  { object, quote }: Pick<QueryWords, 'object' | 'quote'>,
): string {
  const named = query
    .replaceAll(/\$?\{(?:object|table|model|schema)\}/g, () => object)
    .replaceAll(/\$?\{(?:property|column|field)\}/g, () => columns.map(quote).join(', ') || '*');
  return `SELECT * FROM (${named}\n) AS answer`;
}

async function answer(check: QueryCheck, words: QueryWords): Promise<CheckOutcome> {
  const rows = await words.ask(querySql(check, words));
  const values = Object.values(rows[0] ?? {});
  if (rows.length !== 1 || values.length !== 1)
    throw fail('DPONE_QUALITY_FAILED', `${check.id}: the query gives ${rows.length} rows of ${values.length} values`, {
      remedy: 'Write a query that selects one value.',
    });
  const [value] = values;
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string' || !/^[-+]?\d+(\.\d*)?(e[-+]?\d+)?$/i.test(text)) return { check, violations: 1 };
  const measured = Number(text);
  return { check, measured, violations: isWithin(measured, check.within) ? 0 : 1 };
}
