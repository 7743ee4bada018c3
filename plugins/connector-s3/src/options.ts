import { z } from 'zod';

export { connection, type S3Connection } from './connection/settings.js';

const path = (what: string) => z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).describe(what);

/** How the store is asked, of source and sink alike. */
const requests = {
  max_attempts: z
    .int()
    .min(1)
    .default(10)
    .describe(
      'How often a request is sent at most. One that the store throttles (503 SlowDown), drops or fails is sent again after a wait that grows to 20 s. Default 10.',
    ),
  part_size: z
    .int()
    .min(5)
    .max(5120)
    .default(8)
    .describe(
      'MiB of a part: what one request brings or takes. An upload has at most 10,000 parts, so one object at most 10,000 times this. Default 8.',
    ),
  parallel_parts: z
    .int()
    .min(1)
    .max(64)
    .default(6)
    .describe('Parts that are under way at once, each in memory while it is uploaded. Default 6.'),
};

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
      'An object (`s3://bucket/orders.csv`), a prefix that ends in `/`, a pattern (`s3://bucket/orders/**/*.parquet`), or a list of them. A prefix means every data object below it. Without `s3://` it is a key of the bucket that the connection names.',
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
    hive_partitioning: z.boolean().default(false).describe('Whether parts of keys like `day=2026-01-31/` are columns.'),
    versions: z
      .boolean()
      .default(false)
      .describe(
        'Versioned buckets: read the versions that were current when the read began, also where they are replaced or removed meanwhile. Needs s3:ListBucketVersions and s3:GetObjectVersion.',
      ),
    changed_files: z
      .enum(['auto', 'reread', 'fail'])
      .default('auto')
      .describe(
        'Cursor `new_files`: an object that was taken and has other content since is read again whole (`reread`) or stops the load (`fail`). `auto`: read again where the load matches rows by key, else stop. `reread` with a load that only adds rows adds those of that object a second time.',
      ),
    keys_ascend: z
      .boolean()
      .default(false)
      .describe(
        'Cursor `new_files`: true says that no key is ever written before one that is there (`logs/2026-01-31T10-00.csv`). The state is then the last key taken, and listings begin behind it. A key that comes late is missed.',
      ),
    ...requests,
    batch_size: z.int().min(1).optional().describe('Accepted; objects are read as streams, without pages.'),
  })
  .refine((o) => (o.path === undefined) !== (o.paths === undefined), {
    path: ['path'],
    message: 'is required: an object, a prefix, a pattern, or a list of them',
  });
export type SourceOptions = z.output<typeof sourceOptions>;

export const sinkOptions = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe(
      'The object to write (`s3://bucket/orders.csv.gz`), or a prefix (ending in `/`, or with no dot in its last part) that gets new objects with each load. Without `s3://` it is a key of the bucket that the connection names.',
    ),
  format: z
    .enum(FORMATS)
    .default('auto')
    .describe('`csv`, `tsv`, `jsonl`, `parquet`, or `auto`: by the ending; parquet for a prefix.'),
  compression: z
    .enum(COMPRESSIONS)
    .default('auto')
    .describe(
      "`gzip`, `zstd`, `none`, or `auto`: by the ending. Parquet is compressed inside: `auto` leaves it its writer's own.",
    ),
  ...text,
  null_text: z.string().optional().describe('csv, tsv: what is written for NULL, unquoted. Default: nothing.'),
  row_group_rows: z.int().min(1).optional().describe("parquet: rows a row group. Default: the writer's own."),
  ...requests,
  batch_size: z.int().min(1).optional().describe('Accepted; objects are written as streams, without pages.'),
});
export type SinkOptions = z.output<typeof sinkOptions>;
