import { dirname, resolve } from 'node:path';
import type { DependencySpec } from '../process-spec.js';
import { isDocumentName } from '../read/read-document.js';
import type { ParsedProcess } from '../schema/process-schema.js';

type Written = NonNullable<ParsedProcess['depends_on']>[number];

/** What a `depends_on` entry means; `manifest` is the absolute path of the file it stands in. */
export function dependencySpec(written: Written, manifest: string): DependencySpec {
  if (typeof written === 'string') return fromText(written, manifest);
  const alias = written.alias === undefined ? {} : { alias: written.alias };
  const group = written.group === undefined ? {} : { group: written.group };
  if (written.path === undefined) return { ...group, ...alias };
  const path = fromText(written.path, manifest);
  return { ...path, ...group, ...alias };
}

function fromText(text: string, manifest: string): DependencySpec {
  const hash = text.indexOf('#');
  const file = (hash < 0 ? text : text.slice(0, hash)).trim();
  const selector = hash < 0 ? '' : text.slice(hash + 1).trim();
  const chosen = selector === '' ? {} : { selector };
  if (file === '') return chosen;
  // A bare word is a task group of this manifest, or the name of one of its processes.
  if (hash < 0 && !isDocumentName(file) && !/[/\\]/.test(file)) return { group: file };
  return { path: resolve(dirname(manifest), file), ...chosen };
}
