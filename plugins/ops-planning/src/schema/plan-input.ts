import { z } from 'zod';
import { DIALECTS } from './dialects.js';

const file = (what: string) => z.string().min(1).describe(`${what} A JSON list of columns: name, dtype, nullable.`);

/** The two schemas that are compared, and the table. */
export const schemasInput = {
  source: file('The schema that comes.'),
  target: file('The schema that is there.'),
  table: z
    .string()
    .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'is no name of a table')
    .describe('The table, `schema.table`.'),
};

export const dialectInput = z.enum(DIALECTS).describe('The system of the target.');
