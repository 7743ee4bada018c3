import { expect } from 'chai';
import fc from 'fast-check';
import { countOutcome, portablePattern, type StagingCheck } from '@dpone/sdk';

const PATTERNS = [
  '^\\d{3}$',
  '[A-Z]{2}-\\w+?',
  '^(?:a|b|)+\\.$',
  '(?<year>\\d{4})',
  '[^\\s,-]',
  '^.{2,5}$',
  '\\S\\W\\D',
  '[\\d_.\\-\\]]',
  '\\u0041\\x42\\u{1F98A}?',
  '\\t|\\n',
  '^-?[a-]$',
  '[+--]',
  '[\\^a]',
];

describe('portablePattern', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('aAbB0123.-_, \t\n\r\u2028\u00a0\u0660]^,🦊')),
      maxLength: 8,
    }),
  );
  for (const pattern of PATTERNS)
    it(`${pattern} matches what it matched before (property)`, () => {
      const portable = portablePattern(pattern);
      if ('refused' in portable) throw new Error(portable.refused);
      const [before, after] = [new RegExp(pattern, 'u'), new RegExp(portable.pattern, 'u')];
      fc.assert(
        fc.property(texts, (text) => before.test(text) === after.test(text)),
        { numRuns: 300 },
      );
      expect(portable.pattern).not.to.match(/\\[dDwWsSux]|\?\?|\+\?|\?<\w/);
    });

  for (const [pattern, why] of [
    ['a(?=b)', 'looks around'],
    ['(?<!a)b', 'looks around'],
    ['(a)\\1', 'refers back'],
    ['(?<x>a)\\k<x>', 'refers back'],
    ['\\bword\\b', 'word boundaries'],
    ['\\p{L}', 'properties of Unicode'],
    ['[\\D]', 'in brackets'],
    ['a{256}', '255'],
    ['[]', 'empty brackets'],
    ['(?i:a)', 'changes its flags'],
    ['\\u0000', 'by a code'],
    ['(', 'no regular expression'],
  ] as const)
    it(`refuses ${pattern}: ${why}`, () => {
      expect(portablePattern(pattern)).to.have.property('refused').that.contains(why);
    });
});

describe('countOutcome', () => {
  const check = (unit: 'rows' | 'percent', ...within: object[]): StagingCheck & { kind: 'count' } => {
    return { id: 'c', on: 'fail', kind: 'count', counted: { what: 'rows' }, unit, within };
  };
  it('is red outside of every range, with at least one violation', () => {
    expect(countOutcome(check('rows', { min: 5 }), 3, 3)).to.include({ measured: 3, violations: 3 });
    expect(countOutcome(check('rows', { min: 1 }), 0, 0)).to.include({ measured: 0, violations: 1 });
    expect(countOutcome(check('rows', { max: 3 }, { min: 9 }), 3, 3)).to.include({ violations: 0 });
    expect(countOutcome(check('rows', { max: 3, maxOpen: true }), 3, 3)).to.include({ violations: 3 });
  });
  it('counts in percent of all rows, of which none are 0', () => {
    expect(countOutcome(check('percent', { max: 2 }), 200, 3)).to.include({ measured: 1.5, violations: 0 });
    expect(countOutcome(check('percent', { max: 2 }), 0, 0)).to.include({ measured: 0, violations: 0 });
  });
});
