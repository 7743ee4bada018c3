import { join } from 'node:path';
import { readFile, writeFile } from 'node:fs/promises';
import { acmeSink, acmeSource } from '@dpone/template-connector';
import type { CaseFolder, Fixture, Place, Row, SinkScenario, SourceScenario } from '@dpone/testkit';

/** The store as the tests write and read it: plain JSON, without any of the connector's code. */
interface Stored {
  tables: Record<string, { columns: Fixture['schema']['columns']; rows: unknown[][] }>;
  staging: Record<string, unknown>;
}

const file = (folder: CaseFolder): string => join(folder.workdir, 'store.json');
const place = (name: string): Place => ({ connection: { path: 'store.json' }, table: { name } });

type Type = Fixture['schema']['columns'][number]['type'];

/** One value in the store's JSON and back, said a second time so that a mistake of `types.ts` is seen. */
export function stored(value: unknown, type: Type): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (type.kind === 'struct' && value !== null)
    return type.fields.map((f) => (value as Record<string, unknown>)[f.name]);
  return value;
}

export function unstored(value: unknown, type: Type): unknown {
  if (value === null) return null;
  if (type.kind === 'bytes') return Buffer.from(value as string, 'base64');
  if (type.kind === 'struct') return Object.fromEntries(type.fields.map((f, i) => [f.name, (value as unknown[])[i]]));
  return value;
}

const load = async (folder: CaseFolder): Promise<Stored | null> =>
  readFile(file(folder), 'utf8').then(
    (text) => JSON.parse(text) as Stored,
    () => null,
  );

const rowsOf = (fixture: Fixture): unknown[][] =>
  fixture.rows.map((row) => fixture.schema.columns.map((column) => stored(row[column.name], column.type)));

async function put(fixture: Fixture, folder: CaseFolder, name: string, keep: boolean): Promise<void> {
  const old = keep ? ((await load(folder))?.tables[name]?.rows ?? []) : [];
  const tables = { [name]: { columns: fixture.schema.columns, rows: [...old, ...rowsOf(fixture)] } };
  await writeFile(file(folder), JSON.stringify({ tables, staging: {}, receipts: [], states: {}, locks: {} }));
}

const unreachable = (): Place => ({ connection: { path: 'no/such/folder/store.json' }, table: { name: 'orders' } });

export const sourceScenario: SourceScenario = {
  kind: 'source',
  id: 'acme',
  definition: acmeSource,
  seed: async (fixture, folder) => {
    await put(fixture, folder, fixture.name, false);
    return place(fixture.name);
  },
  append: (at, fixture, folder) => put(fixture, folder, at.table!.name, true),
  missing: async (folder) => {
    await put({ name: 'other', schema: { columns: [] }, rows: [] }, folder, 'other', false);
    return place('orders');
  },
  unreachable,
};

export const sinkScenario: SinkScenario = {
  kind: 'sink',
  id: 'acme',
  definition: acmeSink,
  place,
  rows: async (at, folder) => {
    const table = (await load(folder))?.tables[at.table!.name];
    if (table === undefined) return null;
    return table.rows.map((row): Row =>
      Object.fromEntries(table.columns.map((column, c) => [column.name, unstored(row[c], column.type)])),
    );
  },
  tables: async (_place, folder) => {
    const document = await load(folder);
    return [...Object.keys(document?.tables ?? {}), ...Object.keys(document?.staging ?? {}).map((id) => `stg ${id}`)];
  },
  unreachable,
};
