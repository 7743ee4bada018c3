import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { fail, parseExactJson, type ExactJson } from '@dpone/sdk';
import { parseDocument } from 'yaml';

/** A configuration file as a value, with the checksum of its bytes: YAML by its ending, else JSON. */
export async function readDocument(cwd: string, path: string): Promise<{ value: ExactJson; sha256: string }> {
  const bytes = await readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
    throw fail(
      error.code === 'ENOENT' ? 'DPONE_FILE_NOT_FOUND' : 'DPONE_FILE_UNREADABLE',
      `The file cannot be read (${error.code}).`,
      { where: path, cause: error },
    );
  });
  const isYaml = ['.yaml', '.yml'].includes(extname(path).toLowerCase());
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value = isYaml ? fromYaml(text) : parseExactJson(text);
    return { value, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch {
    // The parser's own words repeat the text, which may hold a secret.
    throw fail('DPONE_INPUT_INVALID', `This is no readable ${isYaml ? 'YAML' : 'JSON'}.`, { where: path });
  }
}

/** Integers stay exact; a key given twice is refused, and so are aliases that explode. */
function fromYaml(text: string): ExactJson {
  const document = parseDocument(text, { intAsBigInt: true, logLevel: 'error', uniqueKeys: true });
  if (document.errors.length > 0) throw document.errors[0]!;
  return (document.toJS({ maxAliasCount: 1000 }) ?? {}) as ExactJson;
}
