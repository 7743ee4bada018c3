import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';

/** docs/reference/manifest.md and docs/reference/manifest.schema.json, from the schema that parses manifests. */
export async function manifestPages() {
  const { manifestJsonSchema, manifestReference } = await import(
    pathToFileURL(fromRoot('core/engine/dist/index.js')).href
  );
  return [
    ['docs/reference/manifest.md', `${manifestReference().trimEnd()}\n`],
    ['docs/reference/manifest.schema.json', `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`],
  ];
}
