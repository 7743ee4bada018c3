import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { laneRefuses, type Column } from '@dpone/sdk';
import { type Row } from '@dpone/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { decode, encode, pack, unpack, type TextFormat } from './data-file.js';
import { load } from '../support/engine-host.js';
import { KINDS, type Kind } from './kinds.js';
import { sameValues } from './plain.js';
import { readParquet, writeParquet } from './parquet.js';

type Format = TextFormat | 'parquet';
const FORMATS: readonly Format[] = ['csv', 'tsv', 'jsonl', 'parquet'];
const ENDINGS = ['', '.gz', '.zst'] as const;

/** What a format has no form for; `refusals.test.ts` holds that dpone says so. */
const LACKS: Readonly<Record<Format, readonly string[]>> = {
  csv: [],
  tsv: [],
  jsonl: [],
  parquet: ['interval', 'time_9'],
};

const holds = (format: Format, kind: Kind): boolean =>
  laneRefuses(format, kind.type) === undefined && !LACKS[format].includes(kind.name);

const columnsOf = (kinds: readonly Kind[]): Column[] => [
  { name: 'row', type: { kind: 'int32' }, nullable: true },
  ...kinds.map(({ name, type }) => ({ name, type, nullable: true })),
];

/** Every extreme value, a row of NULLs, and any other rows. */
function rowsOf(kinds: readonly Kind[]): fc.Arbitrary<Row[]> {
  const most = Math.max(...kinds.map((kind) => kind.extremes.length));
  const fixed = Array.from({ length: most }, (_, i) => kinds.map((k) => [k.name, k.extremes[i % k.extremes.length]]));
  const nulls = kinds.map((k) => [k.name, null]);
  const more = fc.array(fc.tuple(...kinds.map((k) => fc.option(k.any).map((value) => [k.name, value]))), {
    maxLength: 20,
  });
  return more.map((rows) =>
    [...fixed, nulls, ...rows].map((entries, i): Row => ({ row: i, ...(Object.fromEntries(entries) as Row) })),
  );
}

async function writeFile(
  project: TempProject,
  path: string,
  format: Format,
  kinds: readonly Kind[],
  rows: readonly Row[],
): Promise<void> {
  const file = project.file(path);
  mkdirSync(dirname(file), { recursive: true });
  if (format === 'parquet') await writeParquet(file, rows, columnsOf(kinds), project.path);
  else writeFileSync(file, pack(encode(rows, columnsOf(kinds), format), path));
}

async function readFile(project: TempProject, path: string, format: Format, kinds: readonly Kind[]): Promise<Row[]> {
  const columns = columnsOf(kinds);
  return format === 'parquet'
    ? readParquet(project.file(path), columns)
    : decode(unpack(readFileSync(project.file(path)), path), columns, format);
}

/** Text files do not say what their columns are; parquet does. */
const stated = (format: Format, kinds: readonly Kind[]): object =>
  format === 'parquet'
    ? {}
    : { columns: [{ name: 'row', type: 'int32' }, ...kinds.map(({ name, text }) => ({ name, type: text }))] };

const toDuckdb = (path: string, columns: object): object => ({
  name: 'into_duckdb',
  source: {
    type: 'files',
    options: { path, ...columns },
  },
  sink: {
    type: 'duckdb',
    connection: 'values.duckdb',
    table: { schema: 'main', name: 'values_table' },
    strategy: { mode: 'full_refresh' },
    options: { lineage: false },
  },
});

const toFiles = (path: string, left: readonly string[], lineage: boolean): object => ({
  name: 'out_of_duckdb',
  source: {
    type: 'duckdb',
    connection: 'values.duckdb',
    table: { schema: 'main', name: 'values_table' },
    options: left.length === 0 ? {} : { exclude_columns: left },
  },
  sink: { type: 'files', options: { path, lineage }, strategy: { mode: 'full_refresh' } },
});

async function mustLoad(project: TempProject, manifest: object, rows: number): Promise<void> {
  const result = await load(project, manifest);
  expect(result.passed, JSON.stringify(result.result)).to.equal(true);
  expect(result.result.final_rows).to.equal(rows);
}

/** The rows of a counterexample fill pages; what failed and the seed fit a line. */
function tellOne<T>(out: fc.RunDetails<T>): void {
  const cause = out.failed ? (out.errorInstance as Error) : undefined;
  if (cause !== undefined)
    throw new Error(`${cause.message} (seed ${out.seed}, path ${out.counterexamplePath})`, { cause });
}

describe('every value of every type survives files -> duckdb -> files', function () {
  this.timeout(120_000);
  for (const from of FORMATS)
    it(`from ${from}, into each format that can hold it`, async () => {
      const kinds = KINDS.filter((kind) => holds(from, kind));
      const endings = fc.tuple(
        ...[from, ...FORMATS].map((f) => fc.constantFrom(...(f === 'parquet' ? ENDINGS.slice(0, 1) : ENDINGS))),
      );
      await fc.assert(
        fc.asyncProperty(rowsOf(kinds), endings, fc.boolean(), async (rows, [packed, ...packedOut], lineage) => {
          const project = tempProject();
          try {
            const path = `in/values.${from}${packed}`;
            await writeFile(project, path, from, kinds, rows);
            await mustLoad(project, toDuckdb(path, stated(from, kinds)), rows.length);
            for (const [i, into] of FORMATS.entries()) {
              const kept = kinds.filter((kind) => holds(into, kind));
              const left = kinds.filter((kind) => !kept.includes(kind)).map((kind) => kind.name);
              const out = `out/values.${into}${packedOut[i]}`;
              await mustLoad(project, toFiles(out, left, lineage), rows.length);
              const columns = columnsOf(kept);
              sameValues(await readFile(project, out, into, kept), rows, columns, `${path} -> ${out}`);
            }
          } finally {
            project.remove();
          }
        }),
        { numRuns: 3, endOnFailure: true, reporter: tellOne },
      );
    });
});
