import { z } from 'zod';
import { idInput, nameInput, tableInput } from '../safe-input.js';
import { SINKS } from './rollback-names.js';

/** What every command of a rollback asks for. */
export const rollbackInput = {
  sink: z.enum(SINKS).describe('The system of the target.'),
  target: tableInput('The table that is put back: `schema.table`.'),
  load_id: idInput('The load that is undone.'),
  strategy: nameInput('How the load replaced the table. Kept in the plan; the steps are the same.').default(
    'shadow_swap',
  ),
};

/** By which the target is reached. */
export const liveInput = {
  manifest: z
    .string()
    .optional()
    .describe('The manifest of the load: its connection is used, and the receipts of the target decide.'),
  selector: z.string().optional().describe('The process, where the manifest has several.'),
};
