import { fail, type Compression, type FileSet } from '@dpone/sdk';
import { formatOfName, KNOWN_ENDINGS, readFormat, type FilesLane } from './formats.js';
import { uriOf } from './location.js';
import type { SourceOptions } from './options.js';
import type { StoredObject } from './store.js';

/** A {@link FileSet} but for its paths: copies of objects have none before they are made. */
export type FileForm = Pick<FileSet, 'compression' | 'format'> & { readonly lane: FilesLane };

/** What all objects are written in. Refuses a mixture: one read is one table of one form. */
export function formOf(objects: readonly StoredObject[], options: SourceOptions): FileForm {
  const files = objects.map((one) => ({ name: uriOf(one) }));
  const lane = laneOf(files, options);
  const compression = lane === 'parquet' ? parquetCompression(files, options) : compressionOf(files, options);
  return { lane, compression, format: readFormat(options) };
}

interface NamedObject {
  readonly name: string;
}

function laneOf(files: readonly NamedObject[], options: SourceOptions): FilesLane {
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
    'Name objects of one format in source.options.path, or set source.options.format.',
  );
}

function compressionOf(files: readonly NamedObject[], options: SourceOptions): Compression {
  if (options.compression !== 'auto') return options.compression;
  return single(
    files.map((f) => [formatOfName(f.name).compression, f.name]),
    'compressions',
    'Name objects of one compression in source.options.path; load the others by a process of their own.',
  );
}

function parquetCompression(files: readonly NamedObject[], options: SourceOptions): 'none' {
  const outside = files.find((f) => formatOfName(f.name).compression !== 'none')?.name;
  if (outside === undefined && (options.compression === 'auto' || options.compression === 'none')) return 'none';
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `parquet is compressed inside: ${outside ?? options.compression} cannot be read`,
    {
      where: outside === undefined ? 'source.options.compression' : 'source.options.path',
      remedy: 'Unpack the object, or remove source.options.compression.',
    },
  );
}

/** The one value of all objects; two of them are an error that names an object of each. */
function single<T extends string>(values: readonly (readonly [T, string])[], what: string, remedy: string): T {
  const [value, name] = values[0]!;
  const other = values.find(([v]) => v !== value);
  if (other === undefined) return value;
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `the objects are of different ${what}: ${name} is ${value}, ${other[1]} is ${other[0]}`,
    {
      where: 'source.options.path',
      remedy,
    },
  );
}
