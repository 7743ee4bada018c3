import { z } from 'zod';

/** `path.duckdb`, `duckdb:path.duckdb`, or an object with one of uri, path, database. */
export interface DuckDBConnectionOptions {
  readonly path: string;
}

const withoutScheme = (text: string): string => text.replace(/^duckdb:(\/\/)?/, '');

const ofText = z
  .string()
  .min(1)
  .describe('Path of the database file, relative to the project; `duckdb:` may stand in front.');

const ofObject = z
  .object({
    uri: z.string().min(1).optional().describe('`duckdb:path/to/file.duckdb`, or the path alone.'),
    path: z.string().min(1).optional().describe('Path of the database file, relative to the project.'),
    database: z.string().min(1).optional().describe('The same, under the name that other systems use.'),
  })
  .refine((c) => [c.uri, c.path, c.database].filter((v) => v !== undefined).length === 1, {
    message: 'a duckdb connection has exactly one of uri, path, database',
  });

export const connection: z.ZodType<DuckDBConnectionOptions> = z.union([ofText, ofObject]).transform((value) => ({
  path: withoutScheme(typeof value === 'string' ? value : (value.uri ?? value.path ?? value.database)!),
}));

export interface SourceOptions {
  readonly query?: string | undefined;
}

export const sourceOptions: z.ZodType<SourceOptions> = z.strictObject({
  query: z
    .string()
    .min(1)
    .optional()
    .describe('A SELECT to read instead of a table. It must read only; it sees one consistent state.'),
});

export interface SinkOptions {
  readonly keep_backup: boolean;
}

export const sinkOptions: z.ZodType<SinkOptions> = z.strictObject({
  keep_backup: z
    .boolean()
    .default(false)
    .describe(
      'Keep the target as it was before the newest load as `<table>__dpone_backup_<load id>`, so that `dpone ops rollback-execute` can put it back. A full refresh keeps the old table for nothing; any other load copies it first.',
    ),
});
