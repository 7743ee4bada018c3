import { canHold, integerDigits, isInteger, type CanonicalType } from '@dpone/sdk';

const MAX_DECIMAL = 38;
const SIGNED = ['int8', 'int16', 'int32', 'int64'] as const;

/** The narrowest type that holds every value of both exactly, or undefined where there is none. */
export function commonType(a: CanonicalType, b: CanonicalType): CanonicalType | undefined {
  if (canHold(a, b)) return a;
  if (canHold(b, a)) return b;
  if (isInteger(a) && isInteger(b)) {
    const signed = SIGNED.map((kind) => ({ kind })).find((type) => canHold(type, a) && canHold(type, b));
    return signed ?? decimalOf(Math.max(integerDigits(a.kind), integerDigits(b.kind)), 0);
  }
  const x = decimalParts(a);
  const y = decimalParts(b);
  if (x !== undefined && y !== undefined) return decimalOf(Math.max(x.digits, y.digits), Math.max(x.scale, y.scale));
  if (a.kind === 'timestamp' && b.kind === 'timestamp' && a.tz === b.tz)
    return { ...a, precision: Math.max(a.precision, b.precision) };
  if (a.kind === 'array' && b.kind === 'array') {
    const item = commonType(a.item, b.item);
    return item && { kind: 'array', item };
  }
  return undefined;
}

/**
 * Whether a type that was guessed from text may be replaced by `target`: another reading of the same text, no change of
 * meaning. Values that then do not fit fail their row.
 */
export function guessFits(target: CanonicalType, guess: CanonicalType): boolean {
  if (target.kind === 'string' || canHold(target, guess)) return true;
  if (isInteger(guess)) return isInteger(target) || target.kind === 'decimal' || isFloat(target);
  switch (guess.kind) {
    case 'decimal':
    case 'float32':
    case 'float64':
      return target.kind === 'decimal' || isFloat(target);
    case 'date':
      return target.kind === 'timestamp';
    case 'time':
      return target.kind === 'time';
    case 'timestamp':
      return target.kind === 'timestamp' && target.tz === guess.tz;
    case 'array':
      return target.kind === 'array' && guessFits(target.item, guess.item);
    case 'struct':
      return (
        target.kind === 'struct' &&
        target.fields.length === guess.fields.length &&
        guess.fields.every((f, i) => target.fields[i]!.name === f.name && guessFits(target.fields[i]!.type, f.type))
      );
    case 'map':
      return target.kind === 'map' && guessFits(target.key, guess.key) && guessFits(target.value, guess.value);
    default:
      return false;
  }
}

/**
 * Whether a value that does not fit `target` is sure to be refused where it is cast: integers and decimals overflow and
 * text fails to parse, while fewer fraction digits, a shorter text or a date out of a timestamp would lose in silence.
 */
export function castIsStrict(target: CanonicalType, source: CanonicalType): boolean {
  if (canHold(target, source)) return true;
  if (source.kind === 'string') return target.kind !== 'string' && target.kind !== 'bytes';
  const from = decimalParts(source);
  const to = decimalParts(target);
  return from !== undefined && to !== undefined && to.scale >= from.scale;
}

const isFloat = (type: CanonicalType): boolean => type.kind === 'float32' || type.kind === 'float64';

function decimalParts(type: CanonicalType): { digits: number; scale: number } | undefined {
  if (isInteger(type)) return { digits: integerDigits(type.kind), scale: 0 };
  return type.kind === 'decimal' ? { digits: type.precision - type.scale, scale: type.scale } : undefined;
}

const decimalOf = (digits: number, scale: number): CanonicalType | undefined =>
  digits + scale > MAX_DECIMAL ? undefined : { kind: 'decimal', precision: digits + scale, scale };
