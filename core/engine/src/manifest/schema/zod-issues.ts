import { nearest } from '@dpone/sdk';
import type { z } from 'zod';
import type { ManifestIssue } from '../issue.js';
import { nodeAt, originAt, pathText, place, type Node, type Path } from '../read/node.js';

type ZodIssue = z.core.$ZodIssue;

/** What is wrong by a schema, in our words, with the place in the file. `written` is the tree before variables were filled in: no secret of theirs is shown. */
export function zodIssues(issues: readonly ZodIssue[], written: Node, prefix: Path = []): ManifestIssue[] {
  const found = issues.flatMap((issue) => flatten(issue, [...prefix, ...(issue.path as Path)], written));
  // A rule about a map is moot while the map has a misspelled key.
  const misspelled = new Set(
    found.flatMap((issue) => (issue.code === 'DPONE_MANIFEST_UNKNOWN_KEY' ? [parentOf(issue.path)] : [])),
  );
  return found.filter(
    (issue) => issue.code === 'DPONE_MANIFEST_UNKNOWN_KEY' || !misspelled.has(issue.path) || issue.path === '',
  );
}

const parentOf = (path: string): string => path.replace(/\.?[^.[]+$/, '');

function flatten(issue: ZodIssue, path: Path, written: Node): ManifestIssue[] {
  if (issue.code === 'invalid_union') {
    const branch = bestBranch(issue.errors);
    if (branch !== undefined)
      return branch.flatMap((inner) => flatten(inner, [...path, ...(inner.path as Path)], written));
  }
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path, written);
  const missing = nodeAt(written, path) === undefined;
  const name = pathText(path) || 'the manifest';
  return [
    {
      code: 'DPONE_MANIFEST_INVALID',
      message: missing ? `${name} is missing` : `${name} ${sentence(issue, path, written)}`,
      place: place(originAt(written, path)),
      path: pathText(path),
    },
  ];
}

/** The branch whose kind of value fits (its issues lie deeper, or are not about the kind), if there is exactly such one. */
function bestBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  const fitting = branches.filter(
    (issues) =>
      !issues.some(
        (issue) => issue.path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code),
      ),
  );
  return fitting.length === 1 && fitting[0]!.length > 0 ? fitting[0] : undefined;
}

function unknownKeys(issue: ZodIssue & { code: 'unrecognized_keys' }, path: Path, written: Node): ManifestIssue[] {
  const sentences = issue.message.split('; "').map((part, i) => (i === 0 ? part : `"${part}`));
  const where = pathText(path);
  return issue.keys.map((key, i) => ({
    code: 'DPONE_MANIFEST_UNKNOWN_KEY' as const,
    message: `${where === '' ? '' : `${where}: `}${sentences[i] ?? `"${key}" is no known key`}`,
    place: place(originAt(written, [...path, key])),
    path: pathText([...path, key]),
  }));
}

const KIND: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};

function sentence(issue: ZodIssue, path: Path, written: Node): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KIND[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const given = nodeAt(written, path);
      const value = given?.kind === 'scalar' && typeof given.value === 'string' ? given.value : undefined;
      const near = value === undefined ? undefined : nearest(value, allowed);
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      return `must be ${allowed.length === 1 ? allowed[0]! : `one of ${allowed.join(', ')}`}${value === undefined ? '' : `, not "${value}"`}${hint}`;
    }
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty';
      return issue.origin === 'array' ? issue.message : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int' ? `must be at most ${issue.maximum}` : issue.message;
    default:
      return issue.message;
  }
}
