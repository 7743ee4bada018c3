import { expect } from 'chai';
import fc from 'fast-check';
import { portablePattern } from '@dpone/sdk';

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
