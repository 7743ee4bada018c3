import {
  defineGate,
  fail,
  jsonInput,
  type ExactJson,
  type GateContext,
  type JsonObject,
  type SourceBlock,
} from '@dpone/sdk';
import { isOdcsWarning } from '@dpone/sdk/odcs';
import { z } from 'zod';
import { blockInput, rowsInput, withSide } from '../compare/open-sides.js';
import type { Side } from '../compare/side.js';
import { checkRows } from '../contract/check-rows.js';
import { odcsObject } from '../contract/odcs-document.js';
import { odcsRules, type OdcsRules } from '../contract/odcs-rules.js';
import { isOdcs, readContract } from '../contract/read-contract.js';
import { runSqlRules } from '../contract/run-sql-rules.js';
import { simpleRules } from '../contract/simple-contract.js';
import { validateDocument } from '../contract/validate-document.js';
import { jsonObject } from '../measurement.js';

const input = z.strictObject({
  rows_json: rowsInput('The rows'),
  source: blockInput('Where the rows are'),
  contract_json: jsonInput(
    jsonObject,
    'The contract as a JSON object: in short form, or an Open Data Contract.',
  ).optional(),
  contract: z.string().min(1).optional().describe('A file with the contract, in YAML or (.json) JSON.'),
  contract_schema: z
    .string()
    .min(1)
    .optional()
    .describe('The published JSON Schema of the Open Data Contract Standard, a file: the document must fit it.'),
  object: z.string().min(1).optional().describe('The object of an Open Data Contract, where it describes several.'),
  mode: z.enum(['fail', 'warn']).default('fail').describe('Whether a breach makes the gate red, or is only told.'),
});
type Input = z.output<typeof input>;

/** Rows held against a contract. */
export const contractCheck = defineGate({
  summary: 'Check rows, a file, a table or a query against a data contract',
  description:
    'Red when a rule of the contract is broken; with --mode warn breaches are only told. A contract is a short form (required_columns, not_null, unique, min_rows, max_null_ratio) or a document of the Open Data Contract Standard 3. All rows are read once, in flat memory. Rules that nobody here can check are named. Writes no files.',
  input,
  example: {
    rows_json: '[{"id": 1, "email": "a@example.com"}]',
    contract_json: '{"required_columns": ["id"], "not_null": ["email"], "unique": ["id"], "min_rows": 1}',
  },
  evaluate: async (given, ctx) => {
    const contract = await contractOf(given, ctx);
    const where = given.contract ?? '--contract-json';
    const sides = { rows: given.rows_json, block: given.source };
    return withSide('source', sides, ctx, true, async (side) => {
      const { rules, sql, unchecked } = await rulesOf(contract, given, side, where, ctx);
      const tallies = await checkRows(side, rules);
      const answers = await runSqlRules(sql, given.source as SourceBlock | undefined, () => ctx.host());
      const results = [
        ...rules.map((rule, i) => {
          const tally = tallies[i]!;
          const passed = rule.passes(tally);
          const severity = severityOf(passed, rule.warns === true || given.mode === 'warn');
          const action = passed ? 'Nothing to do.' : rule.action;
          return { code: rule.code, severity, passed, message: rule.message(tally), action };
        }),
        ...answers.flatMap(({ code, rule, passed, message }) => {
          if (passed === undefined) return [];
          const severity = severityOf(passed, isOdcsWarning(rule) || given.mode === 'warn');
          const action = passed ? 'Nothing to do.' : (rule.description ?? 'Look at the rows that the query counts.');
          return [{ code, severity, passed, message, action }];
        }),
      ];
      const coded = (severity: string): string[] =>
        results.filter((result) => result.severity === severity).map(({ code }) => code);
      const silent = [...unchecked, ...answers.filter(({ passed }) => passed === undefined).map(({ code }) => code)];
      const blockers = coded('fail');
      return {
        schema_version: 'dpone.ops.contract_check.v1',
        mode: given.mode,
        passed: blockers.length === 0,
        blockers,
        warnings: [...coded('warn'), ...silent.map((code) => `${code}.not_checked`)],
        row_count: tallies[0]?.rows ?? 0,
        results,
      };
    });
  },
  view: {
    title: 'data contract check',
    facts: ['mode', 'passed', 'row_count'],
    tables: [{ of: 'results', columns: { check: 'code', status: 'severity', message: 'message', action: 'action' } }],
    runbook: [
      'Find out which side changed: the data, or what is asked of it.',
      'Keep broken rows out of the target until that is settled; quarantine is the place for them.',
      'Change a contract only together with those who rely on it, and begin with --mode warn.',
    ],
  },
});

const severityOf = (passed: boolean, warns: boolean): 'pass' | 'warn' | 'fail' =>
  passed ? 'pass' : warns ? 'warn' : 'fail';

async function contractOf(given: Input, ctx: GateContext): Promise<JsonObject> {
  if ((given.contract === undefined) === (given.contract_json === undefined))
    throw fail('DPONE_USAGE', 'Give either --contract-json or --contract.');
  const contract: Readonly<Record<string, ExactJson>> =
    given.contract_json ?? (await readContract(given.contract!, ctx.cwd));
  if (given.contract_schema !== undefined) await validateDocument(contract, given.contract_schema, ctx.cwd);
  return contract;
}

async function rulesOf(
  contract: JsonObject,
  given: Input,
  side: Side,
  where: string,
  ctx: GateContext,
): Promise<OdcsRules> {
  if (isOdcs(contract)) {
    if (given.contract_schema === undefined)
      ctx.log.debug('The document is read without its published schema: --contract-schema names it.');
    return odcsRules(odcsObject(contract, given.object, where), side, where);
  }
  if (given.object !== undefined) throw fail('DPONE_USAGE', 'A contract in short form describes one object only.');
  const known = side.typed ? new Set(side.columns.keys()) : undefined;
  return { rules: simpleRules(contract, known, where), sql: [], unchecked: [] };
}
