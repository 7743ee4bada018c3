import { defineGate, fail } from '@dpone/sdk';
import { z } from 'zod';
import { quarantineFolder, runIdInput } from '../quarantine/inputs.js';
import { ledgerPath, readLedger, writeLedger } from '../quarantine/ledger.js';
import { readQuarantine, type QuarantineEntry } from '../quarantine/read-quarantine.js';
import { replayRows, type Replayed } from '../quarantine/replay-rows.js';

/** Loads again what a run set aside. */
export const quarantineReplay = defineGate({
  summary: 'Load again the rows that a run set aside',
  description:
    'Without --yes it tells what it would do. With --yes rows go through a load into the target of their process, which the record of their run or --manifest names; where no process is known they are put into a file that a load can read. A ledger beside the quarantine keeps every row from being replayed twice; the files of the quarantine are never changed. Red when a load fails, when rows are set aside again, or when an entry holds no row.',
  input: z.strictObject({
    dir: quarantineFolder,
    run_id: runIdInput,
    manifest: z.string().min(1).optional().describe('The manifest of the process whose target takes the rows.'),
    selector: z.string().min(1).optional().describe('The process in the manifest, where it has several.'),
    on_existing: z
      .enum(['keep', 'replace'])
      .default('keep')
      .describe('What becomes of a row of the target with the same unique key: it may be newer than the replayed one.'),
    yes: z.boolean().default(false).describe('Really replay.'),
  }),
  folder: 'dir',
  serial: true,
  example: { dir: '.dpone/quarantine', run_id: '01J00000000000000000000000' },
  evaluate: async ({ dir, run_id, manifest, selector, on_existing, yes }, ctx) => {
    if (selector !== undefined && manifest === undefined) throw fail('DPONE_USAGE', '--selector goes with --manifest.');
    const { entries, foreign } = await readQuarantine(ctx.cwd, dir, run_id);
    if (yes && foreign > 0)
      throw fail('DPONE_INPUT_INVALID', `${foreign} of the rows say that they are of another run.`, { where: dir });
    const path = ledgerPath(dir, run_id);
    const ledger = await readLedger(ctx.cwd, path);
    const seen = new Set(ledger.map(({ quarantine_id }) => quarantine_id));
    const pending = once(entries, dir).filter(({ quarantine_id }) => !seen.has(quarantine_id));
    const process = manifest === undefined ? undefined : { manifest, ...(selector === undefined ? {} : { selector }) };
    const call = { dir, runId: run_id, process, existing: on_existing };
    const replays = !yes
      ? []
      : await replayRows(call, pending, ctx, async (done) => {
          ledger.push(...done);
          await writeLedger(ctx.cwd, path, ledger);
        });
    const rows = replays.reduce((sum, { rows: some, load }) => (load?.passed === false ? sum : sum + some), 0);
    const blockers = yes ? blockersOf(replays, pending.length) : [];
    return {
      schema_version: 'dpone.ops.quarantine_replay.v1',
      passed: blockers.length === 0,
      blockers,
      warnings: warningsOf(replays, foreign),
      applied: yes,
      replayed_rows: rows,
      pending_rows: pending.length - rows,
      replayed_before: entries.length - pending.length,
      ledger: path,
      replays,
    };
  },
  view: {
    title: 'quarantine replay',
    facts: ['applied', 'replayed_rows', 'pending_rows', 'replayed_before', 'ledger'],
    tables: [{ of: 'replays', columns: { manifest: 'manifest', rows: 'rows', 'released to': 'released_to' } }],
    runbook: [
      'Look at the preview first, and bring out the correction before anything is replayed.',
      'Where a load fails, what it says is in the report; nothing of it is in the target, and it can be replayed again.',
      'Rows that were set aside again are in quarantine under the run of the replay.',
    ],
  },
});

/** Every entry once. Two entries of one id that differ are no evidence of anything. */
function once(entries: readonly QuarantineEntry[], where: string): QuarantineEntry[] {
  const byId = new Map<string, QuarantineEntry>();
  for (const entry of entries) {
    if (byId.has(entry.quarantine_id))
      throw fail('DPONE_INPUT_INVALID', `The id ${entry.quarantine_id} comes twice.`, { where });
    byId.set(entry.quarantine_id, entry);
  }
  return [...byId.values()];
}

const blockersOf = (replays: readonly Replayed[], pending: number): string[] => {
  const loads = replays.flatMap(({ load }) => (load === null ? [] : [load]));
  const taken = replays.reduce((sum, { rows }) => sum + rows, 0);
  return [
    ...loads.filter(({ passed }) => !passed).map(({ process }) => `${process}.load_failed`),
    ...loads.filter((load) => load.rows_rejected > 0).map(({ process }) => `${process}.rows_set_aside_again`),
    ...(taken < pending ? ['rows_without_columns'] : []),
  ];
};

const warningsOf = (replays: readonly Replayed[], foreign: number): string[] => [
  ...(foreign > 0 ? [`entries_of_other_runs=${foreign}`] : []),
  ...replays.flatMap(({ load, released_to }) => (load === null ? [`${released_to}.not_loaded`] : [])),
];
