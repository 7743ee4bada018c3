import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { CDC_BACKENDS, cdcProblems, cdcStatements } from '../cdc/cdc-statements.js';

const name = (description: string) => z.string().min(1).max(128).describe(description);

const input = z.strictObject({
  backend: z.enum(CDC_BACKENDS).describe('By what the server tells of changes.'),
  schema: name('Schema of the table.'),
  table: name('The table whose changes are to be read.'),
  slot_name: name('Postgres: a replication slot to make; a load makes one of its own by default.').optional(),
  publication_name: name('Postgres: the publication; dpone_TABLE by default.').optional(),
  capture_instance: name('SQL Server: the capture instance; SCHEMA_TABLE by default.').optional(),
});

/** The statements by which a server is made to tell of a table's changes. */
export const cdcPlan = defineGate({
  summary: 'Print the statements that let the changes of a table be read',
  description:
    'Reaches nothing and runs nothing: the statements are for whoever may run them at the server. Red where an option is of another backend, or a name is one that the server refuses.',
  input,
  example: { backend: 'postgres_logical', schema: 'public', table: 'orders' },
  format: 'text',
  redExit: 2,
  evaluate: (given) => {
    const blockers = cdcProblems(given);
    const statements = blockers.length > 0 ? [] : cdcStatements(given);
    return {
      backend: given.backend,
      valid: blockers.length === 0,
      errors: blockers,
      sql: statements.join('\n'),
      statements,
      warnings: given.backend === 'mssql_cdc' ? ['dpone reads change tracking (mssql_change_tracking), not this'] : [],
      schema_version: 'dpone.cdc.plan.v1',
      passed: blockers.length === 0,
      blockers,
    };
  },
  text: ({ sql, errors }) => (errors.length === 0 ? sql : errors.join('\n')),
  view: {
    title: 'CDC plan',
    facts: ['backend', 'valid'],
    sections: ({ statements }) => [{ heading: 'Statements', code: statements.join('\n'), language: 'sql' }],
    runbook: [
      'Have the statements run by a user who may: the owner of the table (Postgres), db_owner or sysadmin (SQL Server).',
      'Postgres: wal_level must be logical, and a replication slot free.',
      'Then dpone check MANIFEST says what is still missing.',
    ],
  },
});
