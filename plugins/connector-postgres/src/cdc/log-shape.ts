import { canHold, fail, typeName, type CanonicalType } from '@dpone/sdk';
import { BEGIN_ANEW } from './cdc-state.js';
import type { Attribute } from './cdc-table.js';
import type { LogColumn } from './pgoutput.js';

/** What a column of the log is today. */
export type Meaning =
  | { readonly kind: 'column'; readonly attribute: Attribute }
  /** Dropped since. */
  | { readonly kind: 'dropped' };

/**
 * Which columns of the table, as it is now, the columns of an older change are. The log has names alone, so they are
 * looked up in the table's form now and at the last load (`before`: numbers by name), and a renaming is followed where
 * only one reading is possible. Throws where there are two.
 */
export function readShape(
  log: readonly LogColumn[],
  now: readonly Attribute[],
  before: Readonly<Record<string, number>>,
  where: string,
): Meaning[] {
  const names = log.map((c) => c.name);
  const current = new Map(now.map((a) => [a.name, a.number]));
  const former = new Map(Object.entries(before));
  const computed = new Set(now.filter((a) => a.generated).map((a) => a.name));
  const forms = [current, former]
    .filter((form) => sameNames(names, form, computed))
    .map((form) => names.map((name) => form.get(name)))
    .filter((form) => misplaced(form) === undefined);
  const [one, other = one] = forms;
  // Dropped and added again: the same names, and another column behind one of them.
  const two = names.find((_, at) => one?.[at] !== other?.[at]);
  if (two !== undefined) throw ambiguous(two, where);
  const numbers = one ?? names.map((name) => eitherNumber(name, current, former, where));
  const moved = misplaced(numbers) ?? tooEarly(numbers, now, computed);
  if (moved !== undefined) throw ambiguous(names[moved]!, where);
  return names.map((name, at) => {
    const number = numbers[at];
    const attribute = now.find((a) => a.number === number);
    if (attribute !== undefined) return { kind: 'column', attribute };
    // A column of neither form came and went between; or it had a name that it has at neither end.
    if (number === undefined && mayBeRenamed(at, numbers, now)) throw ambiguous(name, where);
    return { kind: 'dropped' };
  });
}

/** Whether the log has exactly these columns; computed ones it has only where the publication says so. */
const sameNames = (
  names: readonly string[],
  known: ReadonlyMap<string, number>,
  computed: ReadonlySet<string>,
): boolean =>
  names.every((name) => known.has(name)) &&
  [...known.keys()].every((name) => names.includes(name) || computed.has(name));

function eitherNumber(
  name: string,
  current: ReadonlyMap<string, number>,
  former: ReadonlyMap<string, number>,
  where: string,
): number | undefined {
  const [a, b] = [current.get(name), former.get(name)];
  if (a !== undefined && b !== undefined && a !== b) throw ambiguous(name, where);
  return a ?? b;
}

/** Columns come in the order of their numbers: where they do not, a name has moved from one to another. */
function misplaced(numbers: readonly (number | undefined)[]): number | undefined {
  let last = 0;
  for (const [at, number] of numbers.entries()) {
    if (number === undefined) continue;
    if (number <= last) return at;
    last = number;
  }
  return undefined;
}

/**
 * Where the log would have a column and lack one of today that is older: numbers are given in order, so the name must have
 * been another column's then.
 */
function tooEarly(
  numbers: readonly (number | undefined)[],
  now: readonly Attribute[],
  computed: ReadonlySet<string>,
): number | undefined {
  const lacking = now.filter((a) => !computed.has(a.name) && !numbers.includes(a.number)).map((a) => a.number);
  const at = numbers.findIndex((n) => n !== undefined && lacking.some((older) => older < n));
  return at < 0 ? undefined : at;
}

/** Whether a column of today that the log does not name lies where the nameless one lay. */
function mayBeRenamed(at: number, numbers: readonly (number | undefined)[], now: readonly Attribute[]): boolean {
  const low = numbers.slice(0, at).findLast((n) => n !== undefined) ?? 0;
  const high = numbers.slice(at + 1).find((n) => n !== undefined) ?? Infinity;
  return now.some((a) => !a.generated && a.number > low && a.number < high && !numbers.includes(a.number));
}

const ambiguous = (name: string, where: string): Error =>
  fail(
    'DPONE_SOURCE_READ',
    `the log of ${where} has changes of a column ${name}, and which column that is now cannot be told: columns were renamed, or dropped and added, more than once since the last load`,
    {
      where: `column ${name}`,
      remedy: `${BEGIN_ANEW} Load between such changes to avoid it.`,
    },
  );

/** Whether texts of one type are texts of the other with the same meaning. */
export function readsAs(now: CanonicalType, then: CanonicalType): boolean {
  // The text of a real is the shortest that gives the same real, not the same double.
  if (then.kind === 'float32' && now.kind === 'float64') return false;
  if (then.kind === 'date' || then.kind === 'array') return typeName(now) === typeName(then);
  return canHold(now, then);
}

export const otherType = (name: string, now: string, then: string, where: string): Error =>
  fail('DPONE_SOURCE_READ', `the log of ${where} has changes of ${name} as ${then}, and it is ${now} now`, {
    where: `column ${name}`,
    remedy: `${BEGIN_ANEW} A load right before such an ALTER TABLE, with no writing in between, avoids it.`,
  });

/** The numbers of the columns that the log has, by their names. */
export const numbersOf = (attributes: readonly Attribute[]): Record<string, number> =>
  Object.fromEntries(attributes.filter((a) => !a.generated).map((a) => [a.name, a.number]));
