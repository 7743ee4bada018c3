import { typeName, type CanonicalType } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { fromJson, decimalOf } from '../dist/decode/to-canonical.js';
import { instantText } from '../dist/decode/time-text.js';
import { parseJson } from '../dist/decode/json.js';
import { toJson } from '../dist/row-text.js';

const integers = (
  kind: 'int32' | 'int64' | 'uint64',
  min: bigint,
  max: bigint,
): fc.Arbitrary<[CanonicalType, unknown]> =>
  fc.bigInt({ min, max }).map((n) => [{ kind }, kind === 'int32' ? Number(n) : n]);

const decimals = fc
  .tuple(fc.integer({ min: 1, max: 38 }), fc.nat(38), fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), fc.boolean())
  .map(([precision, wanted, units, negative]): [CanonicalType, unknown] => {
    const scale = Math.min(wanted, precision);
    const digits = String(units % 10n ** BigInt(precision)).padStart(scale + 1, '0');
    const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    const zero = /^[0.]*$/.test(text);
    return [{ kind: 'decimal', precision, scale }, negative && !zero ? `-${text}` : text];
  });

const simple: fc.Arbitrary<[CanonicalType, unknown]> = fc.oneof(
  integers('int32', -(2n ** 31n), 2n ** 31n - 1n),
  integers('int64', -(2n ** 63n), 2n ** 63n - 1n),
  integers('uint64', 0n, 2n ** 64n - 1n),
  decimals,
  fc.double().map((n): [CanonicalType, unknown] => [{ kind: 'float64' }, n]),
  fc.string({ unit: 'binary' }).map((text): [CanonicalType, unknown] => [{ kind: 'string' }, text]),
  fc.uint8Array().map((bytes): [CanonicalType, unknown] => [{ kind: 'bytes' }, Buffer.from(bytes)]),
  fc.boolean().map((bool): [CanonicalType, unknown] => [{ kind: 'bool' }, bool]),
);

const nested = simple.chain(([type, value]): fc.Arbitrary<[CanonicalType, unknown]> =>
  fc.oneof(
    fc.constant<[CanonicalType, unknown]>([{ kind: 'array', item: type }, [value, null]]),
    fc.constant<[CanonicalType, unknown]>([{ kind: 'struct', fields: [{ name: 'a"b', type }] }, { 'a"b': value }]),
    fc
      .string({ unit: 'grapheme' })
      .map((key): [CanonicalType, unknown] => [{ kind: 'map', key: { kind: 'string' }, value: type }, [[key, value]]]),
    fc.constant<[CanonicalType, unknown]>([{ kind: 'map', key: { kind: 'int64' }, value: type }, [[5n, value]]]),
  ),
);

describe('values of Kafka messages', () => {
  it('are read from JSON as they were written into it (property)', () => {
    fc.assert(
      fc.property(fc.oneof(simple, nested), ([type, value]) => {
        const text = `{"v":${toJson(type)(value)}}`;
        const parsed = parseJson(Buffer.from(text)) as { v: unknown };
        expect(fromJson(type)(parsed.v), `${typeName(type)} ${text}`).to.eql(value);
      }),
      { numRuns: 500 },
    );
  });

  it('of a decimal are never rounded or cut off', () => {
    expect(decimalOf('1.50', 4, 1)).to.equal('1.5');
    expect(decimalOf('1.55', 4, 1)).to.equal(undefined);
    expect(decimalOf('1e3', 4, 0)).to.equal('1000');
    expect(decimalOf('10000', 4, 0)).to.equal(undefined);
    expect(decimalOf('-0.0', 4, 2)).to.equal('0.00');
    expect(decimalOf('0.05', 2, 2)).to.equal('0.05');
    expect(decimalOf('1.05', 2, 2)).to.equal(undefined);
  });

  it('of a time are neither guessed nor cut off', () => {
    expect(instantText('2026-03-01T12:00:00+05:30', 6, true)).to.equal('2026-03-01T06:30:00Z');
    expect(instantText('2026-03-01T12:00:00', 6, true)).to.equal(undefined);
    expect(instantText('2026-03-01T12:00:00Z', 6, false)).to.equal(undefined);
    expect(instantText('2026-03-01 12:00:00.120', 3, false)).to.equal('2026-03-01T12:00:00.12');
    expect(instantText('2026-03-01 12:00:00.1234', 3, false)).to.equal(undefined);
  });
});
