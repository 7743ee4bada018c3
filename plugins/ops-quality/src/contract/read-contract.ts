import { extname, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { fail, isJsonObject, parseExactJson, type ExactJson, type JsonObject } from '@dpone/sdk';

/** Reads a contract from a file: YAML, or JSON by its ending. */
export async function readContract(path: string, cwd: string): Promise<JsonObject> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail('DPONE_INPUT_INVALID', `The contract cannot be read (${error.code}).`, { where: path });
  });
  const value = extname(path).toLowerCase() === '.json' ? json(text, path) : await yaml(text, path);
  if (!isJsonObject(value)) throw fail('DPONE_INPUT_INVALID', 'The contract is no object.', { where: path });
  return value;
}

function json(text: string, where: string): ExactJson {
  try {
    return parseExactJson(text);
  } catch {
    throw fail('DPONE_INPUT_INVALID', 'The contract is no JSON.', { where });
  }
}

async function yaml(text: string, where: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = problem.linePos?.[0] ?? { line: 1, col: 1 };
    throw fail('DPONE_INPUT_INVALID', `The contract is no YAML (${problem.code}).`, {
      where: `${where}:${line}:${col}`,
    });
  }
  return document.toJS({ maxAliasCount: 100 });
}

/** Whether a contract is a document of the Open Data Contract Standard. */
export const isOdcs = (contract: JsonObject): boolean =>
  'apiVersion' in contract || contract['kind'] === 'DataContract';
