import { below, defineGate, folderInput, plainPath } from '@dpone/sdk';
import { z } from 'zod';
import { readColumns } from '../schema/column-def.js';
import { compareSchemas, policyOf } from '../schema/compare-schemas.js';
import { ddlPolicy, onlineEvolution } from '../schema/online-evolution.js';
import { dialectInput, schemasInput } from '../schema/plan-input.js';

const input = z.strictObject({
  ...schemasInput,
  dialect: dialectInput.default('postgres'),
  output_dir: folderInput('.dpone/schema-expand-contract/latest', 'Where the plan is written.'),
});

const artifactOf = (table: string): string => `expand_contract_${table.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;

/** A change of a table in steps that break neither readers nor writers. */
export const schemaExpandContract = defineGate({
  summary: 'Plan a change of a table in steps: expand, backfill, contract',
  description:
    'A type that changed gets a column beside the old one; both are written until the old one is not read any more. Every step waits for a person. Writes the plan; runs nothing.',
  input,
  example: { source: 'source.json', target: 'target.json', table: 'dbo.orders', dialect: 'postgres' },
  format: 'text',
  evaluate: async ({ source, target, table, dialect, output_dir }, { cwd }) => {
    const policy = policyOf({
      mode: 'widening',
      allow_drop: false,
      on_type_change: 'new_column',
      new_column_prefix: '__dpone__nc__',
    });
    const changes = compareSchemas(
      await readColumns(cwd, source, '--source'),
      await readColumns(cwd, target, '--target'),
      policy,
    );
    const { actions } = onlineEvolution(changes, dialect, table, ddlPolicy({ ddl_mode: 'manual_approval' }));
    return {
      table,
      dialect,
      phases: ['expand', 'backfill', 'contract'],
      actions: actions.map(({ schema_change_id, column, change_type, decision, ddl }) => ({
        phase: ddl.length > 0 ? 'expand' : 'contract',
        schema_change_id,
        column,
        change_type,
        decision,
        ddl,
        guidance: guidanceOf(ddl.length > 0),
      })),
      artifact_path: below(plainPath(output_dir), `${artifactOf(table)}.json`),
      schema_version: 'dpone.schema.expand_contract.v1',
      passed: true,
      blockers: [],
    };
  },
  files: (report) => [{ path: `${artifactOf(report.table)}.json`, json: report }],
  text: ({ actions }) =>
    actions.length === 0
      ? 'Nothing is to be changed.'
      : actions
          .map(({ phase, change_type, column, ddl }) => [`${phase}: ${change_type} ${column}`, ...ddl].join('\n  '))
          .join('\n'),
  view: {
    title: 'expand and contract',
    facts: ['table', 'dialect', 'artifact_path'],
    tables: [
      {
        heading: 'Steps',
        of: 'actions',
        columns: { phase: 'phase', change: 'change_type', column: 'column', statement: 'ddl', guidance: 'guidance' },
      },
    ],
    runbook: [
      'Expand: have each step approved (dpone schema approve), then run its statements. Old readers and writers go on.',
      'Backfill: write old and new columns for a while, and fill the new ones for rows that are there already.',
      'Compare old and new until they agree: dpone ops diff.',
      'Contract: move readers to the new columns, then drop the old ones.',
    ],
  },
});

const guidanceOf = (expands: boolean): string =>
  expands
    ? 'Add it first; loads fill it from then on, and rows that are there already are filled by a backfill.'
    : 'Nothing to add: take it away only when nobody reads or writes it any more.';
