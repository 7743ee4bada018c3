import { canHold, isInteger, type Column } from '@dpone/sdk';
import { text } from './sql.js';
import { stagedType } from './types.js';

/** A condition that a row breaks whose value would be changed, with what to say. */
export interface Refusal {
  readonly when: string;
  readonly says: string;
}

const isNumber = ({ type }: Column): boolean => isInteger(type) || type.kind === 'decimal';

/** A value as the type of staging. CAST keeps the low bits of a number that is too large, and of a text that is one. */
export function castTo(value: string, source: Column, staged: Column): string {
  const type = stagedType(staged);
  const from = isNumber(source) || source.type.kind === 'string';
  const narrows = from && isNumber(staged) && !canHold(staged.type, source.type);
  return narrows ? `accurateCast(${value}, ${text(type)})` : `CAST(${value} AS ${type})`;
}

/** What would be lost of a text that becomes something else: all of it, where a cast makes NULL of what it cannot read, or a part. */
export function lostText(value: string, source: Column, staged: Column): Refusal[] {
  if (source.type.kind !== 'string' || canHold(staged.type, source.type)) return [];
  const cast = castTo(value, source, staged);
  const lost = [`isNull(${cast})`, ...lostParts(value, cast, staged)];
  return [
    {
      when: `isNotNull(${value}) AND (${lost.join(' OR ')})`,
      says: `column ${source.name}: a text cannot be ${stagedType(staged)} without losing something`,
    },
  ];
}

function lostParts(value: string, cast: string, { type }: Column): string[] {
  const finer = (digits: number): string => `match(${value}, ${text(`[.][0-9]{${digits}}[0-9]*[1-9]`)})`;
  switch (type.kind) {
    case 'decimal':
      return [finer(type.scale), `match(${value}, '[eE]')`];
    case 'float32':
    case 'float64':
      return [`isInfinite(${cast}) AND NOT match(${value}, '(?i)inf')`];
    // What is outside of the type's range is cut to its ends.
    case 'date':
      return [`toString(${cast}) != ${value}`];
    case 'timestamp': {
      const instant = `replaceOne(substring(${value}, 1, 19), 'T', ' ')`;
      const zoned = `match(${value}, '([zZ]|[0-9][+-][0-9]{2}(:?[0-9]{2})?)$')`;
      const local = [`NOT startsWith(toString(${cast}), ${instant})`, `(length(${value}) > 19 AND ${zoned})`];
      return [finer(type.precision), ...(type.tz ? [] : local)];
    }
    default:
      return [];
  }
}
