import { byName } from '@dpone/sdk';
import type { Dataset } from '@dpone/sdk/observability';
import { z } from 'zod';

/** `--input NAMESPACE=NAME`, repeatable: all are kept, sorted by namespace, in the given order within one. */
export const datasetsInput = (description: string) =>
  z
    .array(z.string().regex(/^\s*[^=\s][^=]*=\s*\S/, 'this is not NAMESPACE=NAME'))
    .default([])
    .transform((pairs): Dataset[] => pairs.map(dataset).sort((a, b) => byName(a.namespace, b.namespace)))
    .describe(description);

function dataset(pair: string): Dataset {
  const at = pair.indexOf('=');
  return { namespace: pair.slice(0, at).trim(), name: pair.slice(at + 1).trim() };
}
