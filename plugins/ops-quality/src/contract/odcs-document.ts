import { fail, type JsonObject } from '@dpone/sdk';
import { odcsDocument, type OdcsObject } from '@dpone/sdk/odcs';
import { z } from 'zod';

/** The object of a contract that rows are held against. */
export function odcsObject(contract: JsonObject, wanted: string | undefined, where: string): OdcsObject {
  const parsed = odcsDocument.safeParse(contract);
  if (!parsed.success)
    throw fail('DPONE_INPUT_INVALID', z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '), { where });
  const { schema } = parsed.data;
  const found = wanted === undefined ? schema : schema.filter((o) => o.name === wanted || o.physicalName === wanted);
  if (found.length === 1) return found[0]!;
  throw fail(
    'DPONE_INPUT_INVALID',
    found.length === 0 ? `The contract describes no object ${wanted}.` : 'The contract describes several objects.',
    { where: '--object', remedy: `Name one of ${schema.map((o) => o.name).join(', ')}.` },
  );
}
