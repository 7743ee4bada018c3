import { fail, type Compression, type FileSet } from '@dpone/sdk';
import { formatOfName, KNOWN_ENDINGS, readFormat, type FilesLane } from './formats.js';
import type { ListedFile } from './listing.js';
import type { SourceOptions } from './options.js';

/** The files as one set of one format and compression. Refuses a mixture: one read is one table of one form. */
export function fileSet(files: readonly ListedFile[], options: SourceOptions): FileSet {
  const lane = laneOf(files, options);
  const compression = lane === 'parquet' ? parquetCompression(files, options) : compressionOf(files, options);
  return { lane, compression, paths: files.map((f) => f.path), format: readFormat(options) };
}

function laneOf(files: readonly ListedFile[], options: SourceOptions): FilesLane {
  if (options.format !== 'auto') return options.format;
  const unknown = files.find((f) => formatOfName(f.name).lane === undefined);
  if (unknown !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', `the ending of ${unknown.name} names no format`, {
      where: 'source.options.format',
      remedy: `Set source.options.format to csv, tsv, jsonl or parquet. Endings that name one: ${KNOWN_ENDINGS}.`,
    });
  return single(
    files.map((f) => [formatOfName(f.name).lane!, f.name]),
    'formats',
    'Name files of one format in source.options.path, or set source.options.format.',
  );
}

function compressionOf(files: readonly ListedFile[], options: SourceOptions): Compression {
  if (options.compression !== 'auto') return options.compression;
  return single(
    files.map((f) => [formatOfName(f.name).compression, f.name]),
    'compressions',
    'Name files of one compression in source.options.path; load the others by a process of their own.',
  );
}

function parquetCompression(files: readonly ListedFile[], options: SourceOptions): 'none' {
  const outside = files.find((f) => formatOfName(f.name).compression !== 'none')?.name;
  if (outside === undefined && (options.compression === 'auto' || options.compression === 'none')) return 'none';
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `parquet is compressed inside: ${outside ?? options.compression} cannot be read`,
    {
      where: outside === undefined ? 'source.options.compression' : 'source.options.path',
      remedy: 'Unpack the file, or remove source.options.compression.',
    },
  );
}

/** The one value of all files; two of them are an error that names a file of each. */
function single<T extends string>(values: readonly (readonly [T, string])[], what: string, remedy: string): T {
  const [value, name] = values[0]!;
  const other = values.find(([v]) => v !== value);
  if (other === undefined) return value;
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `the files are of different ${what}: ${name} is ${value}, ${other[1]} is ${other[0]}`,
    {
      where: 'source.options.path',
      remedy,
    },
  );
}
