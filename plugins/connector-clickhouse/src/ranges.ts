import { parseType } from './parse-type.js';
import { withNull } from './types.js';

/** What a type of dates or times reaches: texts that compare as their values do, the upper end excluded. */
export interface Range {
  readonly type: string;
  readonly low: string;
  readonly high: string;
}

const DATE: Range = { type: 'Date', low: '1970-01-01', high: '2149-06-07' };
const DATE32: Range = { type: 'Date32', low: '1900-01-01', high: '2300-01-01' };
const DATETIME: Range = { type: 'DateTime', low: '1970-01-01 00:00:00', high: '2106-02-07 06:28:16' };
/** 2^63 nanoseconds on both sides of 1970. */
const NANOSECONDS: Range = { type: 'DateTime64(9)', low: '1677-09-22', high: '2262-04-11' };
/** Before ClickHouse 26 a DateTime64 outside of these years became the nearest one inside. */
const DATETIME64: Range = { type: 'DateTime64', low: '1900-01-01', high: '2300-01-01' };
/** The years that have four digits: what is written otherwise is read as something else. */
const FOUR_DIGITS: Range = { type: 'DateTime64', low: '0001-01-01', high: '9999-12-31 24' };

/**
 * The values that a type takes without changing them: https://clickhouse.com/docs/sql-reference/data-types/datetime64
 * `wideTimes`: whether the server's DateTime64 has all years of four digits.
 */
export function rangeOf(physical: string, wideTimes: boolean): Range | undefined {
  const { name, args } = parseType(physical === '' ? '' : bare(physical));
  if (name === 'Date') return DATE;
  if (name === 'Date32') return DATE32;
  if (name === 'DateTime') return DATETIME;
  if (name !== 'DateTime64') return undefined;
  if (Number(args[0] ?? 3) > 6) return wideTimes ? NANOSECONDS : { ...NANOSECONDS, low: DATETIME64.low };
  return wideTimes ? FOUR_DIGITS : DATETIME64;
}

/** Without Nullable and LowCardinality. */
function bare(name: string): string {
  const { name: base, args } = parseType(withNull(name, false));
  return base === 'LowCardinality' ? bare(args[0]!) : withNull(name, false);
}
