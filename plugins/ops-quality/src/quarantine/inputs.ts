import { z } from 'zod';

export const quarantineFolder = z
  .string()
  .min(1)
  .default('.dpone/quarantine')
  .describe('The folder of the quarantine.');

export const runIdInput = z.string().min(1).describe('The run whose rows were set aside.');
