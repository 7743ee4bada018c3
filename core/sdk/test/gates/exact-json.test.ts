import { decimalText, isRawNumber, orderedJson, parseExactJson, stableJson } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';

describe('exact JSON', () => {
  it('keeps integers beyond 2^53 and decimals that no double holds', () => {
    expect(parseExactJson('9007199254740993')).to.equal(9007199254740993n);
    expect(parseExactJson('0.1')).to.equal(0.1);
    expect(parseExactJson('1.0')).to.equal(1);
    for (const text of ['0.12345678901234567890', '1e400', '9007199254740993.5', '12345678901234567890.0'])
      expect(isRawNumber(parseExactJson(text)), text).to.equal(true);
    expect(() => parseExactJson('NaN')).to.throw(SyntaxError);
    expect(() => parseExactJson('{"a": Infinity}')).to.throw(SyntaxError);
  });

  it('writes back every number that it reads, exactly', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,40})(\.\d{1,40})?(e[+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(decimalText(stableJson(parseExactJson(text), 0))).to.equal(decimalText(text));
      }),
    );
  });

  it('is plain JSON for everything else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        // A double may be longer than it was written; what is exact is a number all the same.
        expect(JSON.parse(orderedJson(parseExactJson(text), 0))).to.eql(JSON.parse(text));
      }),
    );
  });

  it('knows one writing of a number from another', () => {
    for (const [a, b] of [
      ['150', '1.50e2'],
      ['0', '-0.00'],
      ['1', '1.000'],
      ['-0.001', '-1e-3'],
    ] as const)
      expect(decimalText(a), `${a} ${b}`).to.equal(decimalText(b));
    expect(decimalText('9007199254740993')).to.not.equal(decimalText('9007199254740992'));
    expect(decimalText('1')).to.not.equal(decimalText('-1'));
  });

  it('takes NaN and Infinity where they are asked for, and for numbers only', () => {
    const text =
      '{"NaN": "NaN -Infinity", "a": [NaN, -Infinity, Infinity], "b": "number:NaN", "c": "number\\u003aNaN"}';
    expect(parseExactJson(text, { nonFinite: true })).to.eql({
      NaN: 'NaN -Infinity',
      a: [NaN, -Infinity, Infinity],
      b: 'number:NaN',
      c: 'number:NaN',
    });
    expect(() => parseExactJson(text)).to.throw(SyntaxError);
    for (const bad of ['xNaN', 'NaNs', '-NaN', '1NaN', 'nan'])
      expect(() => parseExactJson(bad, { nonFinite: true }), bad).to.throw(SyntaxError);
  });
});
