import { expect } from 'chai';
import fc from 'fast-check';
import { canHold, integerDigits, isInteger, sameType, typeName, type CanonicalType } from '@dpone/sdk';
import { canonicalType, integerRange } from './canonical-type.js';

describe('types', () => {
  it('canHold is reflexive', () => {
    fc.assert(fc.property(canonicalType, (type) => canHold(type, type)));
  });

  it('canHold is transitive, and two types that hold each other are one type', () => {
    const types = fc.sample(canonicalType, { numRuns: 150, seed: 7 });
    const held = types.map((target) => types.filter((source) => canHold(target, source)));
    for (const [i, a] of types.entries())
      for (const b of held[i]!) {
        if (canHold(b, a)) expect(typeName(a)).to.equal(typeName(b));
        for (const c of held[types.indexOf(b)]!)
          expect(canHold(a, c), `${typeName(a)} holds ${typeName(b)} holds ${typeName(c)}`).to.equal(true);
      }
  });

  it('an exact numeric type holds another exactly when its range and scale do', () => {
    const exact = canonicalType.filter((t) => isInteger(t) || t.kind === 'decimal');
    fc.assert(
      fc.property(exact, exact, (target, source) => {
        const [low, high, scale] = integerRange(source);
        const [targetLow, targetHigh, targetScale] = integerRange(target);
        const unit = (from: bigint, places: number): bigint => from * 10n ** BigInt(38 - places);
        const fits =
          unit(targetLow, targetScale) <= unit(low, scale) &&
          unit(targetHigh, targetScale) >= unit(high, scale) &&
          targetScale >= scale;
        if (canHold(target, source)) expect(fits, `${typeName(target)} <- ${typeName(source)}`).to.equal(true);
      }),
      { numRuns: 3000 },
    );
  });

  for (const [target, source] of [
    ['uint16', { kind: 'decimal', precision: 3, scale: 0 }],
    ['int64', { kind: 'uint64' }],
    ['uint64', { kind: 'int8' }],
    ['float32', { kind: 'int32' }],
    ['float64', { kind: 'int64' }],
    ['float32', { kind: 'float64' }],
    ['int64', { kind: 'decimal', precision: 19, scale: 0 }],
    ['date', { kind: 'timestamp', precision: 0, tz: false }],
  ] as const) {
    it(`${target} does not hold ${typeName(source)}`, () => {
      expect(canHold({ kind: target }, source)).to.equal(false);
    });
  }

  it('a time zone is never dropped nor invented', () => {
    const at = (tz: boolean): CanonicalType => ({ kind: 'timestamp', precision: 6, tz });
    expect(canHold(at(true), at(false))).to.equal(false);
    expect(canHold(at(false), at(true))).to.equal(false);
  });

  it('structs of different fields never share a name', () => {
    const one: CanonicalType = { kind: 'struct', fields: [{ name: 'a int8, b', type: { kind: 'int8' } }] };
    const two: CanonicalType = {
      kind: 'struct',
      fields: [
        { name: 'a', type: { kind: 'int8' } },
        { name: 'b', type: { kind: 'int8' } },
      ],
    };
    expect(sameType(one, two)).to.equal(false);
  });

  it('knows the digits of integers', () => {
    expect([integerDigits('int8'), integerDigits('uint8'), integerDigits('int64'), integerDigits('uint64')]).to.eql([
      3, 3, 19, 20,
    ]);
  });
});
