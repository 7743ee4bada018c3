import { createRequire } from 'node:module';
import type { Column } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { bulkColumn } from '../dist/bulk-types.js';
import { readValue } from '../dist/read-value.js';
import { canonicalType } from '../dist/types.js';
import { Unfit, writeValue } from '../dist/write-value.js';

const load = createRequire(import.meta.url);
const { readValue: fromWire } = load('tedious/lib/value-parser') as {
  readValue(bytes: Buffer, offset: number, metadata: object, options: object): { value: unknown; offset: number };
};
const WritableBuffer = load('tedious/lib/tracking-buffer/writable-tracking-buffer') as new () => Wire;

interface Wire {
  readonly data: Buffer;
}

/** A value as it stands in a bulk load. */
function wire(native: string, value: unknown): Buffer {
  const { type, options } = bulkColumn(native);
  const buffer = new WritableBuffer();
  const cell = { ...options, value: writeValue(native)(value) };
  type.writeValue(buffer as never, cell as never, { useUTC: true, lowerCaseGuids: true });
  return Buffer.from(buffer.data);
}

/** What the driver's own parser reads of it, as the rows lane holds it. */
function roundTrip(native: string, name: string, value: unknown): unknown {
  const bytes = wire(native, value);
  const { options } = bulkColumn(native);
  const read = fromWire(bytes, 0, { ...options, type: { name } }, { useUTC: true, lowerCaseGuids: true });
  expect(read.offset).to.equal(bytes.length);
  return asRead(native, read.value);
}

function asRead(native: string, value: unknown): unknown {
  const type = canonicalType(native)!;
  const column: Column = { name: 'c', type, nullable: true, native: { system: 'mssql', type: native } };
  return readValue(column)(value);
}

/** It comes back as it was. */
function same(native: string, name: string, value: unknown): void {
  expect(roundTrip(native, name, value)).to.equal(value);
}

const pad = (n: number, width: number): string => String(n).padStart(width, '0');
const day = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const clock = (precision: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(10 ** precision - 1))
    .map(([h, m, s, f]) => `${pad(h, 2)}:${pad(m, 2)}:${pad(s, 2)}${precision === 0 ? '' : `.${pad(f, precision)}`}`);

describe('values on the wire of a bulk load', () => {
  it('are dates of every year', () => {
    fc.assert(fc.property(day, (text) => same('date', 'Date', text)));
    for (const text of ['0001-01-01', '1900-02-28', '2000-02-29', '9999-12-31'])
      expect(roundTrip('date', 'Date', text)).to.equal(text);
  });

  for (const precision of [0, 1, 2, 3, 4, 5, 6, 7]) {
    it(`are times and timestamps of ${precision} digits`, () => {
      fc.assert(
        fc.property(day, clock(precision), (date, time) => {
          const stamp = `${date}T${time}`;
          expect(roundTrip(`time(${precision})`, 'Time', time)).to.equal(time);
          expect(roundTrip(`datetime2(${precision})`, 'DateTime2', stamp)).to.equal(stamp);
          expect(roundTrip(`datetimeoffset(${precision})`, 'DateTimeOffset', `${stamp}Z`)).to.equal(`${stamp}Z`);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('are the older times, of values that they have', () => {
    const ticks = fc.nat(25_919_999).map((tick) => {
      const ms = Math.round((tick * 10) / 3);
      return new Date(ms).toISOString().slice(10, -1);
    });
    const recent = fc.date({ min: new Date('1753-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(recent, ticks, (date, time) => {
        const stamp = date.toISOString().slice(0, 10) + time;
        expect(roundTrip('datetime', 'DateTimeN', stamp)).to.equal(stamp);
      }),
    );
    expect(roundTrip('smalldatetime', 'DateTimeN', '2079-06-06T23:59:00')).to.equal('2079-06-06T23:59:00');
  });

  it('are decimals of 38 digits, exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), (unscaled) => {
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(10, '0');
        const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
        const bytes = wire('decimal(38,9)', text);
        expect(bytes.length).to.equal(18);
        const magnitude = bytes.readBigUInt64LE(2) + (bytes.readBigUInt64LE(10) << 64n);
        expect(bytes[1] === 0 && magnitude > 0n ? -magnitude : magnitude).to.equal(unscaled);
      }),
    );
  });

  it('are decimals of up to 15 digits, which a number of the driver holds', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 1, max: 15 }), fc.nat(15))
      .chain(([precision, scale]) =>
        fc.tuple(
          fc.constant(precision),
          fc.constant(Math.min(scale, precision)),
          fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
        ),
      );
    fc.assert(
      fc.property(decimal, ([precision, scale, unscaled]) => {
        const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
        const whole = digits.slice(0, digits.length - scale);
        const text = `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
        const native = `decimal(${precision},${scale})`;
        const sent = wire(native, text);
        // A server sends no more words than the precision needs.
        const bytes = Buffer.concat([Buffer.from([9]), sent.subarray(1, 10)]);
        const { value } = fromWire(bytes, 0, { precision, scale, type: { name: 'DecimalN' } }, { useUTC: true });
        expect(asRead(native, value)).to.equal(text);
      }),
      { numRuns: 500 },
    );
  });

  it('are money, bigint, floats, uuid, texts and bytes', () => {
    const money = (text: string): string => String(roundTrip('money', 'MoneyN', text));
    expect(wire('money', '-922337203685477.5808').toString('hex')).to.equal('080000008000000000');
    expect(money('1.5')).to.equal('1.5');
    expect(roundTrip('smallmoney', 'MoneyN', '-214748.3648')).to.equal('-214748.3648');
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => same('bigint', 'IntN', n)));
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => same('float(53)', 'FloatN', n)));
    fc.assert(fc.property(fc.uuid(), (id) => same('uniqueidentifier', 'UniqueIdentifier', id)));
    // The first three groups stand in the order of the machine (MS-TDS 2.2.5.5.3).
    expect(wire('uniqueidentifier', '00112233-4455-6677-8899-aabbccddeeff').subarray(1).toString('hex')).to.equal(
      '33221100554477668899aabbccddeeff',
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 20, unit: 'grapheme' }).filter((s) => s.length <= 40),
        (s) => same('nvarchar(40)', 'NVarChar', s),
      ),
    );
    expect(roundTrip('varbinary(8)', 'VarBinary', Buffer.from([0, 255]))).to.deep.equal(Buffer.from([0, 255]));
  });

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['tinyint', 256, /between 0 and 255/],
    ['bigint', 2n ** 63n, /64 bits/],
    ['decimal(12,2)', '12345678901.00', /10 digits before/],
    ['decimal(12,2)', '1.005', /2 digits after/],
    ['decimal(12,2)', 'NaN', /no decimal/],
    ['money', '922337203685477.5808', /digits before/],
    ['real', 0.123456789012, /32 bits/],
    ['float(53)', Infinity, /not finite/],
    ['nvarchar(2)', 'abc', /longer than 2/],
    ['varbinary(1)', new Uint8Array(2), /longer than 1/],
    ['binary(2)', new Uint8Array(1), /padded/],
    ['uniqueidentifier', 'x', /no uuid/],
    ['date', '2026-02-29', /no date/],
    ['date', 'infinity', /no date/],
    ['date', '10000-01-01', /no date/],
    ['time(3)', '00:00:00.0001', /finer than 3/],
    ['time(7)', '24:00:00', /no time/],
    ['datetime2(7)', '2026-01-01T00:00:00.00000001', /no timestamp/],
    ['datetimeoffset(7)', '2026-01-01T00:00:00', /no timestamp/],
    ['datetime', '2026-01-01T00:00:00.001', /between two values/],
    ['datetime', '1752-12-31T00:00:00.000', /1753/],
    ['smalldatetime', '2026-01-01T00:00:30', /minute/],
  ];
  for (const [native, value, why] of refused)
    it(`are not ${String(value)} of a ${native}`, () => {
      expect(() => writeValue(native)(value)).to.throw(Unfit, why);
    });
});
