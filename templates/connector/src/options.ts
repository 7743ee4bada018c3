import { z } from 'zod';

/** How a manifest says where the store is: `connection: path/to/store.json`, or `connection: {path: ...}`. */
export const connection = z
  .strictObject({
    path: z.string().min(1).optional().describe('The store, a JSON file; relative to the project.'),
    uri: z.string().min(1).optional().describe('The same as one text; `acme:` in front is allowed.'),
  })
  .refine((c) => (c.path === undefined) !== (c.uri === undefined), { error: 'give path or a URI, one of the two' })
  .transform((c) => ({ path: c.path ?? c.uri!.replace(/^acme:(\/\/)?/, '') }));
export type Connection = z.output<typeof connection>;

export const sourceOptions = z.strictObject({
  batch_rows: z.int().min(1).default(5000).describe('Rows in one batch. Default 5000.'),
});
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
  keep_backup: z
    .boolean()
    .default(false)
    .describe('Keep the target as it was before the newest load, so that a rollback can put it back. Default false.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
