import { type CanonicalType, type Column, type Schema } from '@dpone/sdk';
import { BadMessage } from './bad-message.js';
import { parseJson } from './json.js';

type Guess = 'null' | 'bool' | 'int64' | 'decimal' | 'float64' | 'string' | 'json';

const WIDER: Readonly<Partial<Record<Guess, Readonly<Partial<Record<Guess, Guess>>>>>> = {
  int64: { decimal: 'decimal', float64: 'float64' },
  decimal: { int64: 'decimal', float64: 'json' },
  float64: { int64: 'float64', decimal: 'json' },
};

const TYPES: Readonly<Record<Guess, CanonicalType>> = {
  null: { kind: 'string' },
  bool: { kind: 'bool' },
  int64: { kind: 'int64' },
  decimal: { kind: 'decimal', precision: 38, scale: 0 },
  float64: { kind: 'float64' },
  string: { kind: 'string' },
  json: { kind: 'json' },
};

/**
 * The columns of JSON objects: those that the manifest or the target states (`hint`), and the fields of a sample that are
 * none of them, with types guessed. Texts stay texts: a date is one where somebody says so.
 */
export function inferColumns(sample: Iterable<Buffer>, hint: Schema | undefined): Column[] {
  const stated = new Map((hint?.columns ?? []).map((c) => [c.name, c]));
  const guesses = new Map<string, Guess>();
  for (const value of sample) {
    let object: unknown;
    try {
      object = parseJson(value);
    } catch (error) {
      // Met again, with its place, when it is read.
      if (error instanceof BadMessage) continue;
      throw error;
    }
    if (typeof object !== 'object' || object === null || Array.isArray(object)) continue;
    for (const [name, field] of Object.entries(object)) guesses.set(name, merge(guesses.get(name), guessOf(field)));
  }
  const sampled = [...guesses].map(([name, guess]): Column =>
    stated.has(name)
      ? { ...stated.get(name)!, name, nullable: true }
      : { name, type: TYPES[guess], nullable: true, inferred: true },
  );
  const unseen = [...stated.values()].filter((c) => !guesses.has(c.name)).map((c) => ({ ...c, nullable: true }));
  return [...sampled, ...unseen];
}

function guessOf(value: unknown): Guess {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 63n ? 'int64' : 'decimal';
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? 'int64' : 'float64';
    default:
      // A number with more digits than a double keeps is a document of its own: JSON keeps them.
      return 'json';
  }
}

function merge(before: Guess | undefined, now: Guess): Guess {
  if (before === undefined || before === 'null' || before === now) return now;
  if (now === 'null') return before;
  return WIDER[before]?.[now] ?? 'json';
}
