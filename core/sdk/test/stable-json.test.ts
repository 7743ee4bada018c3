import { expect } from 'chai';
import fc from 'fast-check';
import { stableJson } from '@dpone/sdk';

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, shuffled(v)]),
  );
}

describe('stableJson', () => {
  it('gives the same bytes whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        expect(stableJson(shuffled(value), indent)).to.equal(stableJson(value, indent));
      }),
    );
  });

  it('is read back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(stableJson(value))).to.eql(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('lays out as JSON.stringify does', () => {
    const value = { a: [], b: {}, c: [1, [true, null]], d: { e: 'x\u2028y', f: -0.5 } };
    expect(stableJson(value)).to.equal(JSON.stringify(value, null, 2));
    expect(stableJson(value, 0)).to.equal(JSON.stringify(value));
  });

  it('sorts keys that look like numbers as text', () => {
    expect(stableJson({ 9: 1, 10: 2, a: 3 }, 0)).to.equal('{"10":2,"9":1,"a":3}');
  });

  it('keeps integers beyond 2^53, dates, and leaves out what JSON has no form for', () => {
    const value = { n: 9007199254740993n, at: new Date(0), u: undefined, list: [undefined, () => 1] };
    expect(stableJson(value, 0)).to.equal('{"at":"1970-01-01T00:00:00.000Z","list":[null,null],"n":9007199254740993}');
  });
});
