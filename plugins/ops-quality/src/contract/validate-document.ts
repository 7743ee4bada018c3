import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fail, type JsonObject } from '@dpone/sdk';

/** How many problems of a document an error names. */
const NAMED = 5;

/** Holds a document against a JSON Schema in a file, as the standard's own publishers give it out. */
export async function validateDocument(document: JsonObject, schemaPath: string, cwd: string): Promise<void> {
  const [{ Ajv2019 }, { fullFormats }] = await Promise.all([
    import('ajv/dist/2019.js'),
    import('ajv-formats/dist/formats.js'),
  ]);
  const text = await readFile(resolve(cwd, schemaPath), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail('DPONE_INPUT_INVALID', `The schema cannot be read (${error.code}).`, { where: schemaPath });
  });
  const ajv = new Ajv2019({
    allErrors: true,
    strict: false,
    formats: { ...fullFormats },
  });
  let validate;
  try {
    validate = ajv.compile(JSON.parse(text) as object);
  } catch (error) {
    throw fail('DPONE_INPUT_INVALID', 'The file holds no JSON Schema that can be used.', {
      where: schemaPath,
      cause: error,
    });
  }
  if (validate(document)) return;
  const problems = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  const named = [...new Set(problems)].slice(0, NAMED).join('; ');
  throw fail('DPONE_INPUT_INVALID', `The contract does not fit its schema: ${named}.`, { where: '--contract' });
}
