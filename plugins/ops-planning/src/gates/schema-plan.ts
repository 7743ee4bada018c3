import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { changeDdl, exactDdl } from '../schema/change-ddl.js';
import { readColumns } from '../schema/column-def.js';
import {
  compareSchemas,
  mappingOf,
  nullabilityWarnings,
  policyOf,
  type SchemaChange,
} from '../schema/compare-schemas.js';
import type { DialectName } from '../schema/dialects.js';
import { DDL_MODES, ddlPolicy, onlineEvolution, type OnlineEvolution } from '../schema/online-evolution.js';
import { dialectInput, schemasInput } from '../schema/plan-input.js';

const seconds = (description: string) => z.int().min(0).optional().describe(description);

const input = z.strictObject({
  ...schemasInput,
  dialect: dialectInput.default('mssql'),
  mode: z
    .enum(['strict', 'additive', 'widening'])
    .default('widening')
    .describe('What may change: nothing, new columns, or new columns and wider types.'),
  on_type_change: z
    .enum(['fail', 'new_column'])
    .default('fail')
    .describe('What happens to a column whose type changed otherwise: it is breaking, or gets a column beside it.'),
  new_column_prefix: z.string().min(1).default('__dpone__nc__').describe('How such a column is named.'),
  ddl_mode: z.enum(DDL_MODES).default('online').describe('When statements may be run.'),
  lock_timeout_seconds: seconds('The longest wait for a lock, set before each statement.'),
  statement_timeout_seconds: seconds('The longest that a statement may run, set before each one (Postgres).'),
  max_table_size_for_inline_ddl: seconds('Kept in the policy of the plan.'),
  apply_safe: z.boolean().default(false).describe('Accepted; a plan applies nothing.'),
  plan_only: z.boolean().default(false).describe('Accepted; a plan applies nothing.'),
  allow_drop: z.boolean().default(false).describe('Columns that the source lacks are not breaking.'),
  fail_on_breaking: z.boolean().default(false).describe('Exit code 2 where a change is breaking.'),
});

/** What a target needs so that a source fits, and when each change can be made. */
export const schemaPlan = defineGate({
  summary: 'Plan the changes of a table so that a source fits',
  description:
    'Compares two schemas, names without case. A column that the target holds already, with a wider type, needs no change. Prints the statements; runs none. With --fail-on-breaking a breaking change is exit code 2.',
  input,
  example: { source: 'source.json', target: 'target.json', table: 'dbo.orders', dialect: 'postgres' },
  format: 'text',
  redExit: 2,
  evaluate: async (given, { cwd }) => {
    const source = await readColumns(cwd, given.source, '--source');
    const target = await readColumns(cwd, given.target, '--target');
    const policy = policyOf(given);
    const changes = compareSchemas(source, target, policy);
    const breaking = changes.filter((change) => change.breaking);
    const { dialect, table } = given;
    const online = onlineEvolution(
      changes,
      dialect,
      table,
      ddlPolicy({
        ddl_mode: given.ddl_mode,
        lock_timeout_seconds: given.lock_timeout_seconds ?? null,
        statement_timeout_seconds: given.statement_timeout_seconds ?? null,
        max_table_size_for_inline_ddl: given.max_table_size_for_inline_ddl ?? null,
      }),
    );
    const mapping = mappingOf(changes);
    const blockers = given.fail_on_breaking
      ? breaking.map(({ change_type, column }) => `schema.breaking:${change_type}:${column}`)
      : [];
    return {
      policy,
      has_breaking_changes: breaking.length > 0,
      column_mapping: mapping,
      generated_columns: mapping,
      changes,
      ddl: changes.flatMap((change) => changeDdl(change, dialect, table)),
      online_schema_evolution: online,
      statements: statementsOf(changes, online, dialect, table),
      warnings: nullabilityWarnings(source, target),
      schema_version: 'dpone.schema.plan.v1',
      passed: blockers.length === 0,
      blockers,
    };
  },
  text: ({ ddl }) => ddl.join('\n'),
  view: {
    title: 'schema plan',
    facts: ['has_breaking_changes'],
    tables: [
      { heading: 'Changes', of: 'changes', columns: { change: 'change_type', column: 'column', breaking: 'breaking' } },
      {
        heading: 'Statements',
        of: 'statements',
        columns: { decision: 'decision', change: 'change_type', column: 'column', statement: 'sql' },
      },
    ],
    runbook: [
      'Run what is to be applied; it changes the catalog only.',
      'Run what is deferred in a window in which nobody needs the table.',
      'For what is breaking, plan the steps: dpone schema expand-contract.',
      'Plan again afterwards: there must be nothing left.',
    ],
  },
});

/** One list, by decision, with the types that lose nothing. */
const statementsOf = (
  changes: readonly SchemaChange[],
  { actions }: OnlineEvolution,
  dialect: DialectName,
  table: string,
) =>
  changes.flatMap((change, at) =>
    exactDdl(change, dialect, table).map((sql) => ({
      decision: actions[at]!.decision,
      change_type: change.change_type,
      column: change.column,
      sql,
    })),
  );
