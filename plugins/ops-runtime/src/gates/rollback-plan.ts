import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { rollbackActions } from '../rollback/rollback-actions.js';
import { rollbackInput } from '../rollback/rollback-input.js';

const input = z.strictObject(rollbackInput);

/** The statements by which a table is put back by hand, for review. */
export const rollbackPlan = defineGate({
  summary: 'Print the statements that would put a table back to what it was before a load',
  description:
    'Reads and changes nothing. The backup is `<table>__dpone_backup_<load id>`, as a sink with `keep_backup: true` keeps it; names are quoted as the system quotes them.',
  input,
  example: { sink: 'mssql', target: 'landing.orders', load_id: '01JLOAD0000000000000000000', strategy: 'shadow_swap' },
  evaluate: ({ sink, target, load_id, strategy }) => ({
    sink,
    target,
    load_id,
    strategy,
    actions: rollbackActions(sink, target, load_id),
    schema_version: 'dpone.ops.rollback_plan.v1',
    passed: true,
    blockers: [],
  }),
  view: {
    title: 'rollback plan',
    facts: ['sink', 'target', 'load_id', 'strategy'],
    tables: [{ heading: 'Actions', of: 'actions', columns: { action: 'kind', risk: 'risk', statement: 'sql' } }],
    runbook: [
      'Let a second person read every statement.',
      'Run the first one: without a backup there is nothing to put back.',
      'Stop everything that writes to the table.',
      'Where dpone loaded the table, let dpone do it: dpone ops rollback-execute --manifest MANIFEST --yes. It holds the lock, checks the receipts, and puts the state back, too.',
      'Reconcile and check contracts before readers come back.',
    ],
  },
});
