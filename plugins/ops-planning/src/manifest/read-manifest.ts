import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, isJsonObject, type JsonObject } from '@dpone/sdk';
import { parseDocument } from 'yaml';

/** The source and the sink of a process, as they were written: nothing is filled in, rendered or refused. */
export interface RawProcess {
  readonly source: JsonObject;
  readonly sink: JsonObject;
  /** The whole document, for what stands beside them. */
  readonly document: JsonObject;
}

/** An object, or an empty one. */
export const objectAt = (value: unknown, key: string): JsonObject => {
  const found = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(found) ? found : {};
};

/**
 * Reads a manifest for advice: also one that could not run yet. Of a batch manifest the defaults are taken, with the
 * overrides of the table that `selector` names.
 */
export async function readManifest(cwd: string, path: string, selector?: string): Promise<RawProcess> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail(
      error.code === 'ENOENT' ? 'DPONE_FILE_NOT_FOUND' : 'DPONE_FILE_UNREADABLE',
      'The manifest cannot be read.',
      {
        where: path,
        cause: error,
      },
    );
  });
  const document = parseDocument(text, { version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    // Only the first line: what follows shows the text, which may hold a secret.
    throw fail('DPONE_MANIFEST_SYNTAX', problem.message.split('\n')[0]!, { where: path });
  }
  const value: unknown = document.toJS();
  if (!isJsonObject(value)) throw fail('DPONE_MANIFEST_INVALID', 'The manifest is no map.', { where: path });
  const tables = tablesOf(value);
  if (selector !== undefined) return withTable(value, tables, selector, path);
  return whole({ ...objectsOf(objectAt(value, 'defaults'), value), document: value }, path);
}

const objectsOf = (base: JsonObject, over: JsonObject): Pick<RawProcess, 'source' | 'sink'> => ({
  source: merged(objectAt(base, 'source'), objectAt(over, 'source')),
  sink: merged(objectAt(base, 'sink'), objectAt(over, 'sink')),
});

function whole(process: RawProcess, path: string): RawProcess {
  const missing = (['source', 'sink'] as const).filter((side) => Object.keys(process[side]).length === 0);
  if (missing.length === 0) return process;
  throw fail('DPONE_MANIFEST_INVALID', `The manifest has no ${missing.join(' and no ')}.`, { where: path });
}

interface Table {
  readonly selector: string;
  readonly defaults: JsonObject;
  readonly overrides: JsonObject;
}

/** The tables of a batch manifest by what selects them. */
function tablesOf(document: JsonObject): Table[] {
  return Object.entries(objectAt(document, 'schemas')).flatMap(([schema, block]) => {
    const tables = isJsonObject(block) && Array.isArray(block['tables']) ? (block['tables'] as unknown[]) : [];
    return tables.map((entry): Table => {
      const table = isJsonObject(entry) ? entry : { table: String(entry) };
      const { id, table: name } = table as { id?: unknown; table?: unknown };
      return {
        selector: typeof id === 'string' ? id : `${schema}.${typeof name === 'string' ? name : ''}`,
        defaults: objectAt(block, 'defaults'),
        overrides: objectAt(table, 'overrides'),
      };
    });
  });
}

function withTable(document: JsonObject, tables: readonly Table[], selector: string, path: string): RawProcess {
  const { name = '' } = document as { name?: unknown };
  const found = tables.find((table) => table.selector === selector);
  if (found === undefined && (tables.length > 0 || name !== selector))
    throw fail('DPONE_SELECTOR', `No process answers to the selector "${selector}".`, {
      where: path,
      remedy: `Pass one of: ${tables.length > 0 ? tables.map((table) => table.selector).join(', ') : typeof name === 'string' ? name : 'none'}.`,
    });
  const base = objectsOf(objectAt(document, 'defaults'), document);
  if (found === undefined) return whole({ ...base, document }, path);
  const schema = objectsOf({ ...base }, found.defaults);
  return whole({ ...objectsOf({ ...schema }, found.overrides), document }, path);
}

/** Maps merge deep, anything else replaces. */
function merged(base: JsonObject, over: JsonObject): JsonObject {
  const result: Record<string, JsonObject[string]> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isJsonObject(before) && isJsonObject(value) ? merged(before, value) : value;
  }
  return result;
}
