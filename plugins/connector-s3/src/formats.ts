import type { Compression, FileLane, FormatOptions } from '@dpone/sdk';
import type { SinkOptions, SourceOptions } from './options.js';

export const FILE_LANES = ['csv', 'tsv', 'jsonl', 'parquet'] as const;
export type FilesLane = (typeof FILE_LANES)[number];

const ENDINGS: Readonly<Record<string, FilesLane>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
};
const COMPRESSION_ENDINGS: Readonly<Record<string, Exclude<Compression, 'none'>>> = {
  gz: 'gzip',
  zst: 'zstd',
  zstd: 'zstd',
};

export const KNOWN_ENDINGS: string = `${Object.keys(ENDINGS)
  .map((e) => `.${e}`)
  .join(', ')}, each also with ${Object.keys(COMPRESSION_ENDINGS)
  .map((e) => `.${e}`)
  .join(', ')}`;

/** What a file's name says; a part that it does not say is undefined. */
export interface NamedFormat {
  readonly lane: FilesLane | undefined;
  readonly compression: Compression;
}

/** `orders.csv.gz` is csv in gzip. */
export function formatOfName(name: string): NamedFormat {
  const parts = name.toLowerCase().split('.').slice(1);
  const compression = COMPRESSION_ENDINGS[parts.at(-1) ?? ''];
  const ending = parts.at(compression === undefined ? -1 : -2) ?? '';
  return { lane: Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined, compression: compression ?? 'none' };
}

/** `.csv.gz` */
export function endingOf(lane: FilesLane, compression: Compression): string {
  const outer = lane === 'parquet' ? '' : compression === 'gzip' ? '.gz' : compression === 'zstd' ? '.zst' : '';
  return `.${lane}${outer}`;
}

export const isFilesLane = (lane: string): lane is FilesLane & FileLane =>
  (FILE_LANES as readonly string[]).includes(lane);

type TextOptions = Pick<
  SourceOptions & SinkOptions,
  'delimiter' | 'quote' | 'escape' | 'header' | 'date_format' | 'timestamp_format'
>;

const textFormat = (o: TextOptions): FormatOptions => ({
  ...(o.delimiter === undefined ? {} : { delimiter: o.delimiter }),
  ...(o.quote === undefined ? {} : { quote: o.quote }),
  ...(o.escape === undefined ? {} : { escape: o.escape }),
  ...(o.header === undefined ? {} : { header: o.header }),
  ...(o.date_format === undefined ? {} : { dateFormat: o.date_format }),
  ...(o.timestamp_format === undefined ? {} : { timestampFormat: o.timestamp_format }),
});

export const readFormat = (o: SourceOptions): FormatOptions => ({
  ...textFormat(o),
  ...(o.nulls === undefined ? {} : { nulls: typeof o.nulls === 'string' ? [o.nulls] : o.nulls }),
  ...(o.encoding === undefined ? {} : { encoding: o.encoding }),
  ...(o.sample_rows === undefined ? {} : { sampleRows: o.sample_rows }),
  ...(o.hive_partitioning ? { hivePartitioning: true } : {}),
});

export const writeFormat = (o: SinkOptions): FormatOptions => ({
  ...textFormat(o),
  ...(o.null_text === undefined ? {} : { nulls: [o.null_text] }),
  ...(o.row_group_rows === undefined ? {} : { rowGroupRows: o.row_group_rows }),
});
