import type { GateHost, SourceBlock } from '@dpone/sdk';
import { plainText } from '../compare/canonical-text.js';
import { queryBlock, sqlPlaces } from '../compare/live-side.js';
import type { Measurement } from '../measurement.js';
import type { SqlRule } from './odcs-rules.js';
import { compareResult } from './operators.js';

/** What a query of a contract said; `undefined` where it could not be asked. */
export interface SqlAnswer {
  readonly code: string;
  readonly passed: boolean | undefined;
  readonly message: string;
  readonly rule: SqlRule['rule'];
}

/** Asks the queries of a contract where its rows are, one value each. */
export async function runSqlRules(
  rules: readonly SqlRule[],
  block: SourceBlock | undefined,
  host: () => Promise<GateHost>,
): Promise<SqlAnswer[]> {
  const answers: SqlAnswer[] = [];
  for (const { code, query, column, rule } of rules) {
    const places = block === undefined ? undefined : sqlPlaces(block);
    if (block === undefined || places === undefined) {
      answers.push({ code, rule, passed: undefined, message: 'It asks a database, and the rows come from none.' });
      continue;
    }
    const sql = query
      .replaceAll(/\$?\{(?:table|object|model|schema)\}/g, places.from)
      .replaceAll(/\$?\{(?:column|property|field)\}/g, column === undefined ? '*' : places.quote(column));
    const value = await (
      await host()
    ).readSource(queryBlock(block, sql), { where: code }, async (live) => {
      for await (const { rows, columns } of live.batches()) if (rows > 0) return columns[0]?.[0] ?? null;
      return null;
    });
    const passed = value !== null && compareResult(value as Measurement | string, rule);
    answers.push({ code, rule, passed, message: `The query says ${plainText(value)}.` });
  }
  return answers;
}
