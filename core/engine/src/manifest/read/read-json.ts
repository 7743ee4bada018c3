import { fail } from '@dpone/sdk';
import type { Layer, Node } from './node.js';
import { readYaml } from './read-yaml.js';

/** Strict JSON as nodes that know their line; a key given twice is an error here too. */
export function readJson(text: string, file: string, layer: Layer): Node | null {
  try {
    JSON.parse(text);
  } catch (error) {
    throw fail('DPONE_MANIFEST_SYNTAX', 'the file is not valid JSON', { where: `${file}${positionOf(text, error)}` });
  }
  return readYaml(text, file, layer);
}

/** `:3:14`, where the engine's message tells the offset; the message itself quotes the file and is not shown. */
function positionOf(text: string, error: unknown): string {
  const offset = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  if (offset === undefined) return '';
  const before = text.slice(0, Number(offset)).split('\n');
  return `:${before.length}:${before.at(-1)!.length + 1}`;
}
