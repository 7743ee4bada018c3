import { nearest } from '@dpone/sdk';
import { isKeyword, KEYWORDS, valueProblem, type Keyword, type Parameters } from './keywords.js';
import { parseDsn } from './parse-dsn.js';
import { parseUri } from './parse-uri.js';

/** The pairs of a text in their order, or what is wrong with it; the latter has nothing of the text in it. */
export type ParsedText = { readonly pairs: readonly (readonly [string, string])[] } | { readonly problem: string };

export type Described = { readonly parameters: Parameters } | { readonly problem: string };

/** A connection URI, or libpq's `keyword=value` text, as parameters. Of two for one keyword the last one is meant. */
export function parseText(text: string): Described {
  const uri = /^\s*postgres(?:ql)?:\/\//.test(text);
  if (!uri && (/^\s*[\w+:-]*:\/\//.test(text) || !text.includes('=')))
    return { problem: 'it begins neither with postgres:// or postgresql:// nor with keyword=value' };
  // A space at the end of keyword=value may be one that stands behind a backslash.
  const parsed = uri ? parseUri(text.trim()) : parseDsn(text);
  return 'problem' in parsed ? parsed : describe(parsed.pairs);
}

/** Judges names and values. */
export function describe(pairs: Iterable<readonly [string, string]>): Described {
  const parameters: Partial<Record<Keyword, string>> = {};
  for (const [name, value] of pairs) {
    if (!isKeyword(name)) return { problem: unknownKeyword(name) };
    const problem = valueProblem(name, value);
    if (problem !== undefined) return { problem: `${name} ${problem}` };
    parameters[name] = value;
  }
  return { parameters };
}

/** A name that is no word may be a piece of a password: it is not said back. */
function unknownKeyword(name: string): string {
  if (!/^[a-z_]{1,40}$/i.test(name)) return 'it has a keyword that is none of libpq';
  const near = nearest(name, Object.keys(KEYWORDS));
  return near === undefined
    ? 'it has a keyword that dpone does not read'
    : `nothing reads "${name}"; did you mean "${near}"?`;
}
