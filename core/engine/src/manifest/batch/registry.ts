import { fail } from '@dpone/sdk';
import { dirname, resolve } from 'node:path';
import { mergeMaps, mergeNodes } from '../merge-nodes.js';
import { child, childMap, emptyMap, place, withEntry, type Entry, type MapNode, type Node } from '../read/node.js';
import { displayPath, readDocument } from '../read/read-document.js';
import { textsOf } from './conventions.js';

interface RegistryEntry {
  readonly system: string;
  /** `*` fits every database of the system. */
  readonly database: string;
  readonly vars: MapNode;
}

const SYSTEM = ['src_system', 'code', 'source'];
const DATABASE = ['src_database', 'db', 'database', 'databases'];

/**
 * The manifest with the values that the registries hold for `vars.src_system` and `vars.src_database` as its weakest
 * variables. Files given on the command line come first, those of the manifest later; the later entry wins.
 */
export async function applyRegistries(
  root: MapNode,
  path: string,
  workdir: string,
  extra: readonly string[],
): Promise<MapNode> {
  const named = textsOf(root, 'registry', 'registries').map(([name]) => resolve(dirname(path), name));
  const files = [...extra.map((file) => resolve(workdir, file)), ...named];
  if (files.length === 0) return root;
  const entries: RegistryEntry[] = [];
  for (const file of files) entries.push(...(await readRegistry(file, displayPath(file, workdir))));
  const system = variable(root, 'src_system');
  const database = variable(root, 'src_database');
  const fitting = (name: string) => entries.findLast((e) => same(e.system, system) && same(e.database, name));
  const entry = fitting(database) ?? fitting('*');
  if (entry === undefined)
    throw fail(
      'DPONE_MANIFEST_INVALID',
      `no registry has an entry for src_system "${system}", src_database "${database}"`,
      {
        where: place((child(root, 'vars') ?? root).origin),
        remedy: `Add one, or use: ${[...new Set(entries.map((e) => `${e.system}/${e.database}`))].sort().join(', ') || 'none are there'}.`,
      },
    );
  return withEntry(root, 'vars', mergeNodes(entry.vars, childMap(root, 'vars'))!);
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function variable(root: MapNode, name: string): string {
  const node = child(childMap(root, 'vars'), name);
  if (node?.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') return node.value.trim();
  throw fail('DPONE_MANIFEST_INVALID', `a registry needs vars.${name} as a text`, {
    where: place((node ?? root).origin),
    remedy: `Add vars.${name}, or remove the registry.`,
  });
}

async function readRegistry(path: string, file: string): Promise<RegistryEntry[]> {
  const node = await readDocument(path, file, 'registry');
  if (node === null) return [];
  const rows = node.kind === 'map' ? (child(node, 'entries') ?? child(node, 'sources')) : node;
  if (rows?.kind !== 'list')
    throw fail('DPONE_MANIFEST_INVALID', 'a registry must be a list, or a map with `entries` or `sources`', {
      where: place(node.origin),
    });
  const wild = child(node, 'entries') === undefined && node.kind === 'map';
  return rows.items.flatMap((row) => readRow(row, wild));
}

/** One row: which system and databases it is for; everything else becomes a variable. */
function readRow(row: Node, wild: boolean): RegistryEntry[] {
  if (row.kind !== 'map')
    throw fail('DPONE_MANIFEST_INVALID', 'an entry of a registry must be a map', { where: place(row.origin) });
  const system = SYSTEM.map((key) => child(row, key)).find((node) => node?.kind === 'scalar');
  if (system?.kind !== 'scalar' || typeof system.value !== 'string' || system.value.trim() === '')
    throw fail('DPONE_MANIFEST_INVALID', 'an entry of a registry needs src_system', { where: place(row.origin) });
  const given = DATABASE.map((key) => child(row, key)).find((node) => node !== undefined);
  const databases = given === undefined ? (wild ? ['*'] : []) : databaseNames(given);
  if (databases.length === 0)
    throw fail('DPONE_MANIFEST_INVALID', 'an entry of a registry needs src_database', { where: place(row.origin) });
  const rest = new Map<string, Entry>();
  for (const [key, entry] of row.entries)
    if (![...SYSTEM, ...DATABASE, 'vars'].includes(key))
      rest.set(key === 'src_type' && !row.entries.has('type') ? 'type' : key, entry);
  const vars = mergeMaps(emptyMap(row.origin), { ...row, entries: rest }, childMap(row, 'vars'));
  return databases.map((database) => ({ system: String(system.value).trim(), database, vars }));
}

function databaseNames(node: Node): string[] {
  if (node.kind === 'list') return node.items.flatMap(databaseNames);
  if (node.kind === 'map')
    return ['name', 'db', 'src_database']
      .flatMap((key) => (child(node, key) ? databaseNames(child(node, key)!) : []))
      .slice(0, 1);
  return typeof node.value === 'string' && node.value.trim() !== '' ? [node.value.trim()] : [];
}
