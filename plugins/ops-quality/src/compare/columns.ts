import { byName, fail, type CanonicalType, withArticle } from '@dpone/sdk';
import { cellText, pairColumns, type ColumnPair } from './cells.js';
import type { Side } from './side.js';

/** What two sides are compared by. */
export interface Columns {
  readonly key: readonly ColumnPair[];
  readonly compared: readonly ColumnPair[];
  readonly warnings: readonly string[];
}

/** Kinds that make no key: a value of theirs has no one text in every system. */
const NO_KEY = new Set<CanonicalType['kind']>(['array', 'struct', 'map', 'json']);

/**
 * The columns of a comparison.
 * @param given columns to compare; all but the keys of both sides, sorted, where absent.
 * @param deleteColumn a column that the source must have.
 * @param left whether a column is not compared unless it is given.
 */
export function columnsOf(
  source: Side,
  target: Side,
  key: readonly string[],
  given: readonly string[] | undefined,
  left: (name: string) => boolean,
  deleteColumn?: string,
): Columns {
  const untyped = !source.typed || !target.typed;
  const pair = (name: string): ColumnPair =>
    pairColumns(name, source.columns.get(name), target.columns.get(name), untyped);
  for (const side of [source, target])
    for (const name of key) {
      const type = side.columns.get(name);
      if (side.typed && !side.columns.has(name)) throw noColumn(side, name, '--key');
      if (type !== undefined && NO_KEY.has(type.kind))
        throw fail(
          'DPONE_INPUT_INVALID',
          `${name} of the ${side.name} is ${withArticle(type.kind)}: it makes no key.`,
          {
            where: '--key',
          },
        );
    }
  if (deleteColumn !== undefined && source.columns.size > 0 && !source.columns.has(deleteColumn))
    throw noColumn(source, deleteColumn, '--delete-column');
  const names = [...new Set([...source.columns.keys(), ...target.columns.keys()])];
  const compared = given ?? names.filter((name) => !key.includes(name) && !left(name)).sort(byName);
  const pairs = compared.map(pair);
  const keys = key.map(pair);
  for (const name of given ?? [])
    if (names.length > 0 && !names.includes(name)) throw noColumn(undefined, name, '--compare-columns');
  const odd = pairs.flatMap(({ name }) => {
    if (!source.typed || !target.typed) return [];
    if (!target.columns.has(name)) return [`${name}.only_in_source`];
    return source.columns.has(name) ? [] : [`${name}.only_in_target`];
  });
  const warnings = [...odd, ...[...keys, ...pairs].flatMap(({ warning }) => (warning === undefined ? [] : [warning]))];
  return { key: keys, compared: pairs, warnings };
}

const noColumn = (side: Side | undefined, name: string, where: string): Error =>
  fail(
    'DPONE_INPUT_INVALID',
    side === undefined ? `Neither side has a column ${name}.` : `The ${side.name} has no column ${name}.`,
    {
      where,
      ...(side === undefined ? {} : { remedy: `It has ${[...side.columns.keys()].join(', ')}.` }),
    },
  );

/** How one side's values become text. */
export interface SideCells {
  readonly names: readonly string[];
  readonly key: readonly ((value: unknown) => string | null)[];
  readonly compared: readonly ((value: unknown) => string | null)[];
}

export function cellsOf(side: Side, { key, compared }: Columns): SideCells {
  const cell = (pair: ColumnPair) => cellText(pair, side.columns.get(pair.name));
  return {
    names: [...key, ...compared].map(({ name }) => name),
    key: key.map(cell),
    compared: compared.map(cell),
  };
}
