/**
 * A canonical type: what a value means, apart from any system's name for it. A connector maps its own types to
 * these and back in one table (`types.ts`).
 *
 * On the rows lane a value is held as: bool boolean · int8...int32, uint8...uint32 number · int64, uint64 bigint ·
 * decimal string · float32/64 number · string, uuid string · bytes Uint8Array · date `YYYY-MM-DD` ·
 * time `HH:MM:SS[.f]` · timestamp ISO 8601 string with `precision` fraction digits (`Z` when `tz`) ·
 * interval ISO 8601 duration · json its text · array, struct, map JavaScript arrays, objects, `[key, value][]`.
 * NULL is `null`.
 */
export type CanonicalType =
  | { readonly kind: 'bool' }
  | { readonly kind: 'int8' | 'int16' | 'int32' | 'int64' }
  | { readonly kind: 'uint8' | 'uint16' | 'uint32' | 'uint64' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float32' | 'float64' }
  | { readonly kind: 'string'; readonly length?: number }
  | { readonly kind: 'bytes' }
  | { readonly kind: 'date' }
  | { readonly kind: 'time'; readonly precision: number }
  | { readonly kind: 'timestamp'; readonly precision: number; readonly tz: boolean }
  | { readonly kind: 'interval' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'json' }
  | { readonly kind: 'array'; readonly item: CanonicalType }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: CanonicalType }[] }
  | { readonly kind: 'map'; readonly key: CanonicalType; readonly value: CanonicalType };

export type CanonicalKind = CanonicalType['kind'];

/** A column of a table, a file or a stream. */
export interface Column {
  readonly name: string;
  readonly type: CanonicalType;
  readonly nullable: boolean;
  /** True where the type was guessed from data (CSV, JSON Lines): an existing target's type may then replace the guess. */
  readonly inferred?: boolean;
  /** The type's own name in the system it comes from, for lanes that need the same built-in type on both sides. */
  readonly native?: { readonly system: string; readonly type: string };
  readonly comment?: string;
  /** True where the system computes the column itself: it is never written. */
  readonly generated?: boolean;
}

export interface Schema {
  readonly columns: readonly Column[];
  /** Key columns in order, where the system declares a key. */
  readonly primaryKey?: readonly string[];
}

/** A table's name; `schema` is absent where the system has none or the default is meant. */
export interface TableRef {
  readonly schema?: string;
  readonly name: string;
}

const INTEGER_BITS = {
  int8: [8, true],
  int16: [16, true],
  int32: [32, true],
  int64: [64, true],
  uint8: [8, false],
  uint16: [16, false],
  uint32: [32, false],
  uint64: [64, false],
} as const;

type IntegerKind = keyof typeof INTEGER_BITS;

export const isInteger = (type: CanonicalType): type is { kind: IntegerKind } => type.kind in INTEGER_BITS;

/** Decimal digits that every value of an integer type fits in. */
export function integerDigits(kind: IntegerKind): number {
  const [bits, signed] = INTEGER_BITS[kind];
  return String(2n ** BigInt(signed ? bits - 1 : bits) - 1n).length;
}

/** Quoted where it could be read as something else, so that two different structs never have one name. */
const fieldName = (name: string): string => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** A type as people write it: `decimal(12,2)`, `timestamp(6) with time zone`, `array<int32>`. */
export function typeName(type: CanonicalType): string {
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'string':
      return type.length === undefined ? 'string' : `string(${type.length})`;
    case 'time':
      return `time(${type.precision})`;
    case 'timestamp':
      return `timestamp(${type.precision})${type.tz ? ' with time zone' : ''}`;
    case 'array':
      return `array<${typeName(type.item)}>`;
    case 'struct':
      return `struct<${type.fields.map((f) => `${fieldName(f.name)} ${typeName(f.type)}`).join(', ')}>`;
    case 'map':
      return `map<${typeName(type.key)}, ${typeName(type.value)}>`;
    default:
      return type.kind;
  }
}

export const sameType = (a: CanonicalType, b: CanonicalType): boolean => typeName(a) === typeName(b);

/** Whether `target` holds every value of `source` exactly: no rounding, no truncation, no change of meaning. */
export function canHold(target: CanonicalType, source: CanonicalType): boolean {
  if (sameType(target, source)) return true;
  if (isInteger(source)) {
    const [bits, signed] = INTEGER_BITS[source.kind];
    if (isInteger(target)) {
      const [targetBits, targetSigned] = INTEGER_BITS[target.kind];
      return targetSigned === signed ? targetBits >= bits : targetSigned && targetBits > bits;
    }
    if (target.kind === 'decimal') return target.precision - target.scale >= integerDigits(source.kind);
    if (target.kind === 'float64') return bits <= 32;
    return target.kind === 'float32' && bits <= 16;
  }
  switch (source.kind) {
    case 'decimal':
      if (target.kind === 'decimal')
        return target.scale >= source.scale && target.precision - target.scale >= source.precision - source.scale;
      if (source.scale !== 0) return false;
      // Unsigned types are out: every decimal has negative values. 2^24 and 2^53 bound the integers of a float.
      if (isInteger(target)) return INTEGER_BITS[target.kind][1] && integerDigits(target.kind) > source.precision;
      return source.precision <= (target.kind === 'float64' ? 15 : target.kind === 'float32' ? 7 : 0);
    case 'float32':
      return target.kind === 'float64';
    case 'string':
      if (target.kind !== 'string') return false;
      return target.length === undefined || (source.length !== undefined && source.length <= target.length);
    case 'date':
      return target.kind === 'timestamp' && !target.tz;
    case 'time':
      return target.kind === 'time' && target.precision >= source.precision;
    case 'timestamp':
      return target.kind === 'timestamp' && target.tz === source.tz && target.precision >= source.precision;
    case 'array':
      return target.kind === 'array' && canHold(target.item, source.item);
    case 'map':
      return target.kind === 'map' && canHold(target.key, source.key) && canHold(target.value, source.value);
    case 'struct':
      return (
        target.kind === 'struct' &&
        target.fields.length === source.fields.length &&
        source.fields.every((f, i) => target.fields[i]!.name === f.name && canHold(target.fields[i]!.type, f.type))
      );
    default:
      return false;
  }
}
