import {
  canHold,
  isInteger,
  sameType,
  type CanonicalType,
  type Column,
  type FileSchema,
  type FileSet,
  type FormatOptions,
} from '@dpone/sdk';
import { reading, sniffText } from './file-layout.js';
import { parquetSource } from './read-files.js';
import type { Session } from './session.js';
import { textList } from './sql.js';
import { nativeColumn } from './target.js';
import { canonicalType } from './types.js';

/** The schema of files: parquet says it itself, text is guessed from a sample of each file. */
export async function describeFiles(session: Session, files: FileSet): Promise<FileSchema> {
  if (files.lane === 'parquet') return { columns: await describeQuery(session, files, `FROM ${parquetSource(files)}`) };
  return files.lane === 'jsonl' ? describeJson(session, files) : describeText(session, files);
}

async function describeQuery(session: Session, files: FileSet, query: string): Promise<Column[]> {
  const rows = await session.rows(`DESCRIBE ${query}`, reading(files));
  return rows.map((row) => {
    const native = String(row['column_type']);
    return nativeColumn(String(row['column_name']), native, canonicalType(native) ?? { kind: 'string' });
  });
}

/** Files after the first are looked at less closely: their names must be known, their types only join the guess. */
const OTHER_SAMPLE = 2048;

async function describeText(session: Session, files: FileSet): Promise<FileSchema> {
  const types = new Map<string, CanonicalType>();
  let format: FormatOptions = files.format;
  for (const [index, path] of files.paths.entries()) {
    const sampleRows =
      index === 0 ? files.format.sampleRows : Math.min(OTHER_SAMPLE, files.format.sampleRows ?? OTHER_SAMPLE);
    const options = { ...format, ...(sampleRows === undefined ? {} : { sampleRows }) };
    const found = await sniffText(session, { ...files, format: options }, path);
    if (index === 0)
      format = {
        ...found.format,
        ...(files.format.sampleRows === undefined ? {} : { sampleRows: files.format.sampleRows }),
      };
    for (const column of found.columns) {
      const type = canonicalType(column.type) ?? { kind: 'string' };
      const known = types.get(column.name);
      types.set(column.name, known === undefined ? type : commonType(known, type));
    }
  }
  const names = [...types.keys()];
  const columns = [...types].map(([name, type]) => ({ name, type, nullable: true, inferred: true }));
  return { columns: [...columns, ...hiveColumns(files, names)], format: { ...format, columns: names } };
}

/** `day=2026-01-01` in a path is a column of its own. */
function hiveColumns(files: FileSet, known: readonly string[]): Column[] {
  if (files.format.hivePartitioning !== true) return [];
  const parts = files.paths[0]!.split('/').flatMap((part) => /^([^=]+)=/.exec(part)?.[1] ?? []);
  return parts
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, type: { kind: 'string' }, nullable: true, inferred: true }));
}

/** The narrowest type that holds both guesses. */
function commonType(a: CanonicalType, b: CanonicalType): CanonicalType {
  if (sameType(a, b) || canHold(a, b)) return a;
  if (canHold(b, a)) return b;
  const number = (t: CanonicalType): boolean => isInteger(t) || t.kind === 'float64' || t.kind === 'decimal';
  return number(a) && number(b) ? { kind: 'float64' } : { kind: 'string' };
}

/** The JSON reader has its own word for plain files. */
const jsonCompression = (files: FileSet): string => (files.compression === 'none' ? 'uncompressed' : files.compression);

async function describeJson(session: Session, files: FileSet): Promise<FileSchema> {
  const options = [
    textList(files.paths),
    "format = 'newline_delimited'",
    'records = true',
    // What cannot be parsed is met when the rows are read, with its line.
    'ignore_errors = true',
    'union_by_name = true',
    `sample_size = ${files.format.sampleRows ?? 20480}`,
    'maximum_sample_files = -1',
    `compression = '${jsonCompression(files)}'`,
  ];
  const columns = await describeQuery(session, files, `FROM read_json(${options.join(', ')})`);
  return {
    columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable, inferred: true })),
    format: { ...files.format, columns: columns.map((c) => c.name) },
  };
}
