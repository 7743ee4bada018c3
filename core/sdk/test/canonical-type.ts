import fc from 'fast-check';
import type { CanonicalType } from '@dpone/sdk';

const plain = ['bool', 'bytes', 'date', 'interval', 'uuid', 'json', 'float32', 'float64'] as const;
const integers = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;

const leaf: fc.Arbitrary<CanonicalType> = fc.oneof(
  fc.constantFrom(...plain).map((kind) => ({ kind })),
  fc.constantFrom(...integers).map((kind) => ({ kind })),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) =>
      fc.integer({ min: 0, max: precision }).map((scale) => ({ kind: 'decimal' as const, precision, scale })),
    ),
  fc
    .option(fc.integer({ min: 1, max: 9 }), { nil: undefined })
    .map((length) => (length === undefined ? { kind: 'string' as const } : { kind: 'string' as const, length })),
  fc.integer({ min: 0, max: 9 }).map((precision) => ({ kind: 'time' as const, precision })),
  fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.boolean())
    .map(([precision, tz]) => ({ kind: 'timestamp' as const, precision, tz })),
);

/** Any canonical type, two levels deep. */
export const canonicalType: fc.Arbitrary<CanonicalType> = fc.oneof(
  { weight: 8, arbitrary: leaf },
  { weight: 1, arbitrary: leaf.map((item) => ({ kind: 'array' as const, item })) },
  { weight: 1, arbitrary: fc.tuple(leaf, leaf).map(([key, value]) => ({ kind: 'map' as const, key, value })) },
  {
    weight: 1,
    arbitrary: fc
      .array(leaf, { minLength: 1, maxLength: 2 })
      .map((types) => ({ kind: 'struct' as const, fields: types.map((type, i) => ({ name: `f${i}`, type })) })),
  },
);

const BITS: Readonly<Record<string, readonly [bigint, bigint]>> = Object.fromEntries(
  integers.map((kind) => {
    const bits = BigInt(kind.replace(/\D/g, ''));
    return [kind, kind.startsWith('u') ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]];
  }),
);

/** Smallest and largest value of an exact numeric type in units of its last decimal place, and its decimal places. */
export function integerRange(type: CanonicalType): readonly [bigint, bigint, number] {
  if (type.kind === 'decimal') {
    const most = 10n ** BigInt(type.precision) - 1n;
    return [-most, most, type.scale];
  }
  const [low, high] = BITS[type.kind]!;
  return [low, high, 0];
}
