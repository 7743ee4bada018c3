import { expect } from 'chai';
import fc from 'fast-check';
import { stableJson, stableJsonLines } from '@dpone/sdk';

describe('stableJsonLines', () => {
  it('is what stableJson gives, and a line break', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined))),
    );
    fc.assert(
      fc.property(value, (any) => {
        expect([...stableJsonLines(any)].join('')).to.equal(`${stableJson(any)}\n`);
      }),
    );
  });

  it('never holds a long list as one text', () => {
    const items = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(100) }));
    const pieces = [...stableJsonLines({ items })];
    expect(pieces.length).to.be.greaterThan(5);
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.lessThan(70_000);
  });
});
