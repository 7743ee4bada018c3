import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown.js';

/** Environment variables, which look like codes: the first column of the operators' table is the list of them. */
export function environmentVariables(): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, 'docs/guides/operators.md'), 'utf8');
  return new Set([...text.matchAll(/^\| `(DPONE_[A-Z_]+)`/gm)].map((match) => match[1]!));
}
