import { z } from 'zod';

/** An id that becomes a file name or a part of an identifier: it can leave no folder and end no quotation. */
export const idInput = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'has only letters, digits, `_`, `.`, `-`, and begins with no `.` or `-`')
    .describe(description);

/** What would end a quotation or begin a comment in one of the dialects; no table that dpone writes has it in its name. */
const HOSTILE = /["'`;[\]\\\p{Cc}\u2028\u2029]|--|\/\*/u;

/** `table`, `schema.table` or `database.schema.table`. */
export const tableInput = (description: string) =>
  z
    .string()
    .refine(
      (name) =>
        !HOSTILE.test(name) && name.split('.').length <= 3 && name.split('.').every((part) => part.trim() !== ''),
      'is no table name: up to three parts with dots between them, without quotes, semicolons and comments',
    )
    .describe(description);

/** Text that names something: not empty, one line. */
export const nameInput = (description: string) =>
  z
    .string()
    .regex(/^[^\p{Cc}\u2028\u2029]*\S[^\p{Cc}\u2028\u2029]*$/u, 'is empty, or has control characters')
    .describe(description);
