import { defineGate, type RollbackReport } from '@dpone/sdk';
import { z } from 'zod';
import { liveRollback } from '../rollback/live-rollback.js';
import { rollbackActions, type RollbackAction } from '../rollback/rollback-actions.js';
import { liveInput, rollbackInput } from '../rollback/rollback-input.js';

const input = z.strictObject({
  ...rollbackInput,
  require_backup: z.boolean().default(false).describe('Red where no backup is proven to be there.'),
  yes: z.boolean().default(false).describe('Do it; without, it is only shown.'),
  ...liveInput,
});
type Input = z.output<typeof input>;

/** Puts a table back to what it was before a load, through the sink plugin that loaded it. */
export const rollbackExecute = defineGate({
  summary: 'Put a table back to what it was before a load',
  description:
    "Without --yes it shows what would be done. With --manifest the target decides: the load must be its newest by the receipts, and its sink must have kept a backup (`keep_backup: true`). Then --yes puts table and state back in one transaction, under the target's lock, with a receipt of its own; what the load had made is kept as `<table>__dpone_failed_<load id>`. Without --manifest nothing is reached: the plan is only confirmed, and the report says that nothing was executed.",
  input,
  example: {
    sink: 'mssql',
    target: 'landing.orders',
    load_id: '01JLOAD0000000000000000000',
    strategy: 'shadow_swap',
    require_backup: true,
  },
  evaluate: async (given, ctx) => {
    const { sink, target, load_id, strategy, yes, manifest, selector } = given;
    const actions = rollbackActions(sink, target, load_id);
    const live =
      manifest === undefined ? null : await liveRollback({ manifest, selector, sink, target, load_id, yes }, ctx);
    const validated = backupValidated(actions, live);
    const blockers = live?.blockers ?? unproven(given, validated);
    const applied = yes && blockers.length === 0;
    const executed = live?.executed ?? false;
    if (applied && !executed)
      ctx.log.warn('The rollback is confirmed; nothing was executed, as no --manifest was given.');
    return {
      sink,
      target,
      load_id,
      strategy,
      lock_id: `rollback:${sink}:${target}:${load_id.slice(0, 8)}`,
      dry_run: !yes,
      applied,
      executed,
      backup_validated: validated,
      planned_actions: actions.length,
      message: messageOf(given, { applied, executed, blockers }),
      post_actions: [
        'Reconcile the table with its source, or with the last good figures: dpone ops reconcile.',
        'Check its data contract: dpone ops contract-check.',
        'Find out why the load was wrong before its schedule starts again.',
        'Drop what the load had made, once nobody needs it any more.',
      ],
      statements: live?.statements ?? actions.map(({ sql }) => sql),
      backup: live?.backup ?? null,
      rollback_load_id: live?.rollback_load_id ?? null,
      rows_restored: live?.rows_restored ?? null,
      rows_removed: live?.rows_removed ?? null,
      state: live?.state ?? null,
      warnings: [...(live?.warnings ?? []), ...(applied && !executed ? ['nothing was executed'] : [])],
      schema_version: 'dpone.ops.rollback_execute.v1',
      passed: blockers.length === 0,
      blockers,
    };
  },
  view: {
    title: 'rollback',
    facts: [
      'sink',
      'target',
      'load_id',
      'dry_run',
      'applied',
      'executed',
      'backup_validated',
      'rows_restored',
      'rows_removed',
      'message',
    ],
    sections: ({ statements, post_actions }) => [
      { heading: 'Statements', code: statements.join(';\n'), language: 'sql' },
      { heading: 'Afterwards', steps: post_actions },
    ],
    runbook: [
      'rollback.receipt_missing: this load never changed the target, or another target is meant.',
      'rollback.newer_load: a later load stands on this one. Undo that one first, or mend the data by a new load.',
      'rollback.column_gone: the load dropped or renamed a column. The table as it was is the backup: restore from it by hand.',
      'rollback.backup_missing: nothing was kept. Set keep_backup: true in the options of the sink before the next risky load; now restore from the system’s own backups.',
      'rollback.backup_changed: the backup is not what the receipt says. Do not use it before you know why.',
      'rollback.open_load: a run goes on, or was killed. Wait for it, or run it again, which settles it.',
      'rollback.state_*: the load moved a state that cannot be moved back. Undo the table by hand and load anew: dpone state reset.',
    ],
  },
});

/** A backup was looked for in the target; or, where it cannot be reached, the plan at least looks for one. */
const backupValidated = (actions: readonly RollbackAction[], live: RollbackReport | null): boolean =>
  live === null
    ? actions.some(({ kind }) => kind === 'validate_backup')
    : live.backup !== null && !live.blockers.includes('rollback.backup_changed');

const unproven = ({ require_backup, yes }: Input, validated: boolean): string[] =>
  require_backup && yes && !validated ? ['rollback.backup_not_validated'] : [];

function messageOf(
  { yes, target, load_id }: Input,
  { applied, executed, blockers }: { applied: boolean; executed: boolean; blockers: readonly string[] },
): string {
  if (executed) return `${target} is what it was before load ${load_id}.`;
  if (blockers.length > 0) return `Load ${load_id} cannot be undone; nothing was changed.`;
  if (applied) return 'The rollback is confirmed. Nothing was executed: run the statements, or pass --manifest.';
  return yes ? 'Nothing was changed.' : 'This is a preview; repeat with --yes to do it.';
}
