import { fail, type Column } from '@dpone/sdk';
import { castTo, lostText, type Refusal } from './narrowing-sql.js';
import { rangeOf } from './ranges.js';
import { ident, text } from './sql.js';
import { neverNull, physicalName, stagedType } from './types.js';

/** How the columns of arriving data become those of staging. */
export interface Arriving {
  /** The structure of `input()`: what the format's parser makes. */
  readonly structure: string;
  /** One value a column of staging, over the columns of `input() AS i`. */
  readonly values: readonly string[];
  /** Conditions that a row breaks whose value would be changed, each with what to say. */
  readonly refuses: readonly Refusal[];
}

/** One column on its way. */
interface Step {
  readonly type: string;
  readonly value: string;
  readonly refuses?: Refusal[];
}

const unNulled = (column: Column): string => {
  const named = physicalName(column.type);
  if ('refused' in named) throw fail('DPONE_NO_LANE', named.refused, { where: `column ${column.name}` });
  return named.type;
};

const nullable = (column: Column, type: string): string => (neverNull(column.type) ? type : `Nullable(${type})`);

/** Text of `COPY ... TO STDOUT`: ClickHouse's TabSeparated but for a few types. */
export const fromPgText = (source: readonly Column[], staged: readonly Column[], wideTimes: boolean): Arriving =>
  arriving(
    source,
    staged,
    (i) => `c${i}`,
    (column, ref, target) => pgTextStep(column, ref, target, wideTimes),
  );

function pgTextStep(column: Column, ref: string, target: string, wideTimes: boolean): Step {
  const type = unNulled(column);
  const asText = 'Nullable(String)';
  switch (column.type.kind) {
    case 'bytes':
      return { type: asText, value: `unhex(substring(${ref}, 3))` };
    case 'date':
    case 'timestamp': {
      const zoned = column.type.kind === 'timestamp' && column.type.tz;
      const bare = zoned ? `substring(${ref}, 1, length(${ref}) - 3)` : ref;
      const range = rangeOf(target, wideTimes)!;
      const plain = `${ref} >= ${text(range.low)} AND ${ref} < ${text(range.high)} AND substring(${ref}, 5, 1) = '-'`;
      const when = `NOT (${plain}${zoned ? ` AND endsWith(${ref}, '+00')` : ` AND NOT endsWith(${ref}, 'BC')`})`;
      const says = `column ${column.name}: a value is outside of ${range.type}, ${range.low} to ${range.high}`;
      return { type: asText, value: `CAST(${bare} AS Nullable(${type}))`, refuses: [{ when, says }] };
    }
    default:
      return { type: `Nullable(${type})`, value: ref };
  }
}

/** TabSeparated that this connector wrote itself, with every value checked. */
export const fromOwnText = (source: readonly Column[], staged: readonly Column[]): Arriving =>
  arriving(
    source,
    staged,
    (i) => `c${i}`,
    (column, ref) => ({ type: nullable(column, unNulled(column)), value: ref }),
  );

/** Parquet files: columns by their names. */
export const fromParquet = (source: readonly Column[], staged: readonly Column[], wideTimes: boolean): Arriving =>
  arriving(
    source,
    staged,
    (i) => source[i]!.name,
    (column, ref, target) => {
      const type = nullable(column, unNulled(column));
      return { type, value: ref, refuses: outside(column, ref, target, wideTimes) };
    },
  );

/** Blocks of another ClickHouse: columns by their names, with its own types. */
export const fromNative = (source: readonly Column[], staged: readonly Column[], wideTimes: boolean): Arriving =>
  arriving(
    source,
    staged,
    (i) => source[i]!.name,
    (column, ref, target) => {
      const type = column.native!.type;
      return { type, value: ref, refuses: type === target ? [] : outside(column, ref, target, wideTimes) };
    },
  );

/** Values that a narrower type would change; compared as the wider type that they came in. */
function outside(column: Column, ref: string, target: string, wideTimes: boolean): Refusal[] {
  const range =
    column.type.kind === 'date' || column.type.kind === 'timestamp' ? rangeOf(target, wideTimes) : undefined;
  if (range === undefined) return [];
  const as = (literal: string): string =>
    column.type.kind === 'date'
      ? `toDate32(${text(literal.slice(0, 10))})`
      : `toDateTime64(${text(literal.length > 13 ? literal : `${literal.slice(0, 10)} 00:00:00`)}, 6, 'UTC')`;
  // The widest ranges are those of the types that the values came in.
  if (range.low < '1900' || range.type === 'Date32' || range.type === 'DateTime64') return [];
  return [
    {
      when: `${ref} < ${as(range.low)} OR ${ref} >= ${as(range.high)}`,
      says: `column ${column.name}: a value is outside of ${range.type}, ${range.low} to ${range.high}`,
    },
  ];
}

function arriving(
  source: readonly Column[],
  staged: readonly Column[],
  name: (i: number) => string,
  step: (column: Column, ref: string, target: string) => Step,
): Arriving {
  // By position: schema evolution may have given a staged column another name than the source's.
  if (source.length !== staged.length)
    throw fail('DPONE_INTERNAL', `${source.length} columns of the data meet ${staged.length} of staging`);
  const steps = source.map((column, i) => step(column, `i.${ident(name(i))}`, stagedType(staged[i]!)));
  return {
    structure: steps.map((one, i) => `${ident(name(i))} ${one.type}`).join(', '),
    values: steps.map((one, i) => castTo(one.value, source[i]!, staged[i]!)),
    refuses: steps.flatMap((one, i) => [...(one.refuses ?? []), ...lostText(one.value, source[i]!, staged[i]!)]),
  };
}
