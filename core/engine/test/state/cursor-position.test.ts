import { expect } from 'chai';
import fc from 'fast-check';
import { isDponeError, type Json } from '@dpone/sdk';
import { setBack } from '../../dist/state/cursor-position.js';

type Kind = Parameters<typeof setBack>[0];

const OFFSETS = { cluster: 'c', topic: 't', partitions: { '0': 100, '1': 20 } };
const FILES = { files: { 'a.csv': [1, '1'], 'b.csv': [2, '2'], 'c.csv': [3, '3'] } };
const XMIN = { xmin: '5000', system: 's', timeline: 1, database: 'd', table: 't', parts: ['t'] };

describe('a cursor set back to a position', () => {
  const refused = (kind: Kind, now: Json, position: string): string => {
    try {
      setBack(kind, now, position);
    } catch (error) {
      expect(isDponeError(error) && error.code).to.equal('DPONE_INPUT_INVALID');
      return (error as Error).message;
    }
    throw new Error(`${position} was taken`);
  };

  for (const [kind, now, position, after] of [
    ['column', '499', '100', '100'],
    ['column', '10', '9', '9'],
    ['column', '12345678901234567890.5', '12345678901234567890.25', '12345678901234567890.25'],
    ['column', '-5', '-10', '-10'],
    ['column', '2026-01-05 10:00:00', '2026-01-05', '2026-01-05'],
    ['column', 'm', 'b', 'b'],
    ['new_files', FILES, 'b.csv', { files: { 'a.csv': [1, '1'] } }],
    ['xmin', XMIN, '4999', { ...XMIN, xmin: '4999' }],
    ['offsets', OFFSETS, '20', { ...OFFSETS, partitions: { '0': 20, '1': 20 } }],
    ['offsets', OFFSETS, '0=7', { ...OFFSETS, partitions: { '0': 7, '1': 20 } }],
    ['offsets', OFFSETS, '0=100,1=0', { ...OFFSETS, partitions: { '0': 100, '1': 0 } }],
  ] as const satisfies readonly (readonly [Kind, Json, string, Json])[])
    it(`${kind}: ${JSON.stringify(now)} to ${position}`, () => {
      expect(setBack(kind, now, position)).to.deep.equal(after);
    });

  for (const [kind, now, position, why] of [
    ['column', '499', '499', 'is not behind'],
    ['column', '9', '10', 'is not behind'],
    ['column', '499', 'abc', 'not a number'],
    ['column', '2026-01-05', '17', 'not a date'],
    ['column', '2026-01-05', '2026-01-06', 'is not behind'],
    ['column', '499', '', 'empty'],
    ['column', { files: {} }, '1', 'none of a cursor column'],
    ['new_files', FILES, 'd.csv', 'no file d.csv was taken'],
    ['new_files', FILES, '__proto__', 'was taken'],
    ['new_files', { last: 'x' }, 'a.csv', 'keeps no list'],
    ['xmin', XMIN, '5000', 'is not behind'],
    ['xmin', XMIN, '0x10', 'no transaction id'],
    ['offsets', OFFSETS, '50', 'is past it'],
    ['offsets', OFFSETS, '0=100,1=20', 'is not behind'],
    ['offsets', OFFSETS, '2=0', 'no partition 2'],
    ['offsets', OFFSETS, 'earliest', 'is no position'],
    ['offsets', OFFSETS, '0=99999999999999999999', 'is no offset'],
    ['cdc', { lsn: '0/16B3748' }, '0/16B3000', 'cannot be set back'],
  ] as const satisfies readonly (readonly [Kind, Json, string, string])[])
    it(`${kind}: refuses ${JSON.stringify(position)} (${why})`, () => {
      expect(refused(kind, now, position)).to.contain(why);
    });

  it('column: of two whole numbers of any length, the smaller one alone is behind the other', () => {
    const number = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(number, number, (a, b) => {
        if (a < b) expect(setBack('column', String(b), String(a))).to.equal(String(a));
        else expect(refused('column', String(b), String(a))).to.contain('is not behind');
      }),
    );
  });

  it('takes any text for what it is: a value or a refusal, never another error, and the state it was given stays', () => {
    const states: readonly (readonly [Kind, Json])[] = [
      ['column', '499'],
      ['new_files', FILES],
      ['xmin', XMIN],
      ['offsets', OFFSETS],
      ['cdc', null],
      ['column', null],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.string(), ([kind, now], position) => {
        const before = JSON.stringify(now);
        try {
          setBack(kind, now, position);
        } catch (error) {
          expect(isDponeError(error) && error.code).to.equal('DPONE_INPUT_INVALID');
        }
        expect(JSON.stringify(now)).to.equal(before);
      }),
    );
  });
});
