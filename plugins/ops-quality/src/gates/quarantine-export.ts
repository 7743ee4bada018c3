import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { quarantineFolder, runIdInput } from '../quarantine/inputs.js';
import { readQuarantine } from '../quarantine/read-quarantine.js';

/** The rows that a run set aside. */
export const quarantineExport = defineGate({
  summary: 'List the rows that a run set aside',
  description:
    'Reads what loads of this project, or other tools, have put into quarantine for a run. A line that is no entry is refused with its place; nothing is changed.',
  input: z.strictObject({ dir: quarantineFolder, run_id: runIdInput }),
  example: { dir: '.dpone/quarantine', run_id: '01J00000000000000000000000' },
  evaluate: async ({ dir, run_id }, ctx) => {
    const { entries, files, foreign } = await readQuarantine(ctx.cwd, dir, run_id);
    return {
      schema_version: 'dpone.ops.quarantine_export.v1',
      passed: true,
      blockers: [],
      warnings: foreign === 0 ? [] : [`entries_of_other_runs=${foreign}`],
      total_rows: entries.length,
      files,
      entries,
    };
  },
  view: {
    title: 'quarantine export',
    facts: ['total_rows', 'files'],
    tables: [
      { of: 'entries', columns: { id: 'quarantine_id', load: 'load_id', reason: 'reason', 'set aside': 'created_at' } },
    ],
    runbook: [
      'Group the rows by reason: most of them usually have one cause.',
      'Correct the mapping, the contract or the source, and bring that out first.',
      'Replay the rows then; leave the files as they are, for they are evidence.',
    ],
  },
});
