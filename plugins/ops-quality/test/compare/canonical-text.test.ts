import { expect } from 'chai';
import fc from 'fast-check';
import { jsonText, numberText, textOf } from '../../dist/compare/canonical-text.js';

describe('the one text of a value', () => {
  it('is the same for every way to write a number', () => {
    for (const [text, ...others] of [
      ['1.5', 1.5, '1.50', '15e-1', '0.15E1'],
      ['0', 0, -0, '-0.00', '0e5', 0n],
      ['-12', -12, -12n, '-12.0', '-1.2e1'],
      ['100000000000000000000000', 1e23, '1e23', '100000000000000000000000.000'],
      ['0.0000001', 1e-7, '1e-7', '0.00000010'],
      ['9007199254740993', 9007199254740993n, '9007199254740993.0'],
    ] as const)
      for (const other of others) expect(numberText(other), String(other)).to.equal(text);
  });

  it('tells any two doubles apart, and reads back as the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Number(numberText(x))).to.equal(x === 0 ? 0 : x);
        expect(numberText(numberText(x))).to.equal(numberText(x));
        expect(numberText(x)).to.not.match(/e/);
      }),
    );
  });

  it('knows moments by their time, whatever their precision', () => {
    const at = '2026-01-02T03:04:05.06';
    for (const text of [at, `${at}0000`, `${at}Z`, '2026-01-02 03:04:05.060+00:00'])
      expect(textOf(text, 'timestamp'), text).to.equal(at);
    expect(textOf('2026-01-02', 'timestamp')).to.equal(textOf('2026-01-02T00:00:00.000Z', 'timestamp'));
    expect(textOf('10:00:00.000', 'time')).to.equal('10:00:00');
    expect(textOf('infinity', 'timestamp')).to.equal('infinity');
  });

  it('knows JSON by its values', () => {
    expect(textOf('{"b": [1.0], "a": "x"}', 'json')).to.equal(jsonText({ a: 'x', b: [1] }));
    expect(textOf('no json', 'json')).to.equal('"no json"');
    expect(textOf(null, 'json')).to.equal(null);
  });
});
