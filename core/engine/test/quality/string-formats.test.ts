import { portablePattern } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { STRING_FORMATS } from '../../dist/quality/string-formats.js';

const test = (format: string): RegExp => {
  const portable = portablePattern(STRING_FORMATS[format]!);
  if ('refused' in portable) throw new Error(`${format}: ${portable.refused}`);
  return new RegExp(portable.pattern, 'u');
};

const VALID: Readonly<Record<string, fc.Arbitrary<string>>> = {
  email: fc.emailAddress(),
  uuid: fc.uuid(),
  uri: fc.webUrl({ withQueryParameters: true, withFragments: true }),
  hostname: fc.domain(),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6(),
  byte: fc.base64String(),
  'date-time': fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((d) => d.toISOString()),
};

const INVALID: Readonly<Record<string, readonly string[]>> = {
  email: ['ada', 'ada@', '@example.org', 'a b@example.org', 'ada@example'],
  uuid: ['', '0b8f1d2e4c6a4f7b9a3d5e6f7a8b9c0d', '0b8f1d2e-4c6a-4f7b-9a3d-5e6f7a8b9c0g'],
  uri: ['example.org', 'http:', 'http://a b', '://x'],
  hostname: ['-a.org', 'a..b', 'a_b.org', ''],
  ipv4: ['256.1.1.1', '1.2.3', '01.2.3.4'],
  ipv6: ['1:2:3:4:5:6:7', '1::2::3', ':1', '12345::', '1:2:3:4:5:6:7:8:9'],
  byte: ['abc', 'a===', 'ab=c'],
  'date-time': ['2026-01-01', '2026-13-01T00:00:00Z', '2026-01-01T00:00:00'],
  date: ['2026-00-10', '26-01-01'],
  time: ['10:00:00', '24:00:00Z'],
};

describe('formats of texts', () => {
  for (const [format, values] of Object.entries(VALID))
    it(`${format} takes every one`, () => {
      const pattern = test(format);
      fc.assert(fc.property(values, (value) => pattern.test(value)));
    });
  for (const [format, values] of Object.entries(INVALID))
    it(`${format} takes nothing else`, () => {
      const pattern = test(format);
      for (const value of values) expect(pattern.test(value), value).to.equal(false);
    });
});
