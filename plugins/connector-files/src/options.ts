import { z } from 'zod';

const path = (what: string) => z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe(what);

export const FORMATS = ['auto', 'csv', 'tsv', 'jsonl', 'parquet'] as const;
const COMPRESSIONS = ['auto', 'none', 'gzip', 'zstd'] as const;

/** How text is written: of source and sink alike. */
const text = {
  delimiter: z
    .string()
    .min(1)
    .max(4)
    .optional()
    .describe('csv, tsv: what stands between fields. Default `,` (csv), a tab (tsv).'),
  quote: z.string().length(1).optional().describe('csv, tsv: what stands around a field. Default `"`.'),
  escape: z
    .string()
    .length(1)
    .optional()
    .describe('csv, tsv: what stands before a quote in a quoted field. Default: the quote itself.'),
  header: z.boolean().optional().describe('csv, tsv: whether the first line names the columns. Default true.'),
  date_format: z
    .string()
    .min(1)
    .optional()
    .describe('csv, tsv: how dates are written, as `%d.%m.%Y`. Default: found (source), ISO 8601 (sink).'),
  timestamp_format: z
    .string()
    .min(1)
    .optional()
    .describe('csv, tsv: how timestamps are written, as `%d.%m.%Y %H:%M`. Default: found (source), ISO 8601 (sink).'),
};

export const sourceOptions = z
  .strictObject({
    path: path(
      'A file, a folder, a pattern (`data/*.csv`, `data/**/*.parquet`), or a list of them. Relative to the project. A folder means every data file below it.',
    ).optional(),
    paths: path('The same as `path`.').optional(),
    format: z
      .enum(FORMATS)
      .default('auto')
      .describe('`csv`, `tsv`, `jsonl`, `parquet`, or `auto`: by the ending of the names.'),
    compression: z
      .enum(COMPRESSIONS)
      .default('auto')
      .describe('`gzip`, `zstd`, `none`, or `auto`: by the ending (`.gz`, `.zst`).'),
    ...text,
    nulls: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe(
        'csv, tsv: unquoted texts that stand for NULL. Default: the empty field. A quoted field is never NULL.',
      ),
    encoding: z.string().min(1).optional().describe('csv, tsv: `utf-8`, `utf-16`, `latin-1`. Default utf-8.'),
    sample_rows: z
      .int()
      .min(-1)
      .refine((n) => n !== 0, 'must be -1 or at least 1')
      .optional()
      .describe('csv, tsv, jsonl: rows that are looked at to guess types; -1 looks at all. Default 20480.'),
    hive_partitioning: z.boolean().default(false).describe('Whether folders named `day=2026-01-31` are columns.'),
    changed_files: z
      .enum(['auto', 'reread', 'fail'])
      .default('auto')
      .describe(
        'Cursor `new_files`: a file that was taken and has changed since is read again whole (`reread`) or stops the load (`fail`). `auto`: read again where the load matches rows by key, else stop. `reread` with a load that only adds rows adds those of that file a second time.',
      ),
    batch_size: z.int().min(1).optional().describe('Accepted; files are read as streams, without pages.'),
  })
  .refine((o) => (o.path === undefined) !== (o.paths === undefined), {
    path: ['path'],
    message: 'is required: a file, a folder, a pattern, or a list of them',
  });
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'The file to write (`out/orders.csv.gz`), or a folder (ending in `/`, or with no dot in its name) that gets a new file with each load. Relative to the project.',
    ),
  format: z
    .enum(FORMATS)
    .default('auto')
    .describe('`csv`, `tsv`, `jsonl`, `parquet`, or `auto`: by the ending; parquet for a folder.'),
  compression: z
    .enum(COMPRESSIONS)
    .default('auto')
    .describe(
      "`gzip`, `zstd`, `none`, or `auto`: by the ending. Parquet is compressed inside: `auto` leaves it its writer's own.",
    ),
  ...text,
  null_text: z.string().optional().describe('csv, tsv: what is written for NULL, unquoted. Default: nothing.'),
  row_group_rows: z.int().min(1).optional().describe("parquet: rows a row group. Default: the writer's own."),
  batch_size: z.int().min(1).optional().describe('Accepted; files are written as streams, without pages.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
