import { isInteger, type CanonicalType, type Column } from '@dpone/sdk';

/** Digits that every value of so many has a place for: more may fit or not, and are looked at the slow way. */
const SAFE_DIGITS: Readonly<Record<string, number>> = {
  int8: 2,
  int16: 4,
  int32: 9,
  int64: 18,
  uint8: 2,
  uint16: 4,
  uint32: 9,
  uint64: 19,
};
/** Decimal digits that a double keeps, whoever reads them. */
const DOUBLE_DIGITS = 15;

type Kind = 'integer' | 'number' | 'bool' | 'string' | 'date' | 'timestamp';

/** What of a column the scanner must know. */
export interface Field {
  /** The name as it stands in JSON, with the quote behind it. */
  readonly name: Uint8Array;
  readonly kind: Kind;
  readonly signed: boolean;
  /** Most digits before the point, behind it, and together; characters of a string. */
  readonly whole: number;
  readonly fraction: number;
  readonly digits: number;
  readonly tz: boolean;
}

/** Types whose JSON can be COPY's text but for its quotes. */
export function isPlain(type: CanonicalType): boolean {
  if (type.kind === 'timestamp') return type.precision <= 6;
  return isInteger(type) || ['decimal', 'float32', 'float64', 'bool', 'string', 'date'].includes(type.kind);
}

export function fieldOf({ name, type }: Column): Field {
  const of = { name: Buffer.from(JSON.stringify(name).slice(1), 'utf8'), signed: true, fraction: 0, tz: false };
  const plain = { ...of, whole: 0, digits: Infinity };
  if (isInteger(type)) {
    const digits = SAFE_DIGITS[type.kind]!;
    return { ...of, kind: 'integer', signed: !type.kind.startsWith('u'), whole: digits, digits };
  }
  switch (type.kind) {
    case 'decimal':
      return { ...of, kind: 'number', whole: type.precision - type.scale, fraction: type.scale, digits: Infinity };
    case 'float32':
    case 'float64':
      return { ...of, kind: 'number', whole: Infinity, fraction: Infinity, digits: DOUBLE_DIGITS };
    case 'bool':
      return { ...plain, kind: 'bool' };
    case 'date':
      return { ...plain, kind: 'date' };
    case 'timestamp':
      return { ...plain, kind: 'timestamp', fraction: type.precision, tz: type.tz };
    default:
      return { ...plain, kind: 'string', whole: type.kind === 'string' ? (type.length ?? Infinity) : Infinity };
  }
}
