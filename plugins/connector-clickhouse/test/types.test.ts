import { canHold, typeName, type CanonicalType } from '@dpone/sdk';
import { expect } from 'chai';
import fc from 'fast-check';
import { connection } from '../dist/options.js';
import { rangeOf } from '../dist/ranges.js';
import { ident, text } from '../dist/sql.js';
import { columnType, commentOf, explained, meaningOf, physicalName, withNull } from '../dist/types.js';
import { valueText } from '../dist/value-text.js';

const said = (name: string, zone?: string): string | undefined => {
  const meaning = meaningOf(name, zone);
  return meaning && `${typeName(meaning.type)}${meaning.nullable ? ' or NULL' : ''}`;
};

describe('types of ClickHouse', () => {
  for (const [name, expected] of [
    ['Nullable(UInt64)', 'uint64 or NULL'],
    ['LowCardinality(Nullable(String))', 'string or NULL'],
    ["DateTime64(3, 'Europe/Berlin')", 'timestamp(3) with time zone'],
    ['DateTime64(6)', 'timestamp(6)'],
    ['Decimal(76, 38)', 'decimal(76,38)'],
    ['Decimal64(4)', 'decimal(18,4)'],
    ['Int256', 'decimal(77,0)'],
    ["Enum8('a, b' = 1, '(' = 2)", 'string'],
    ['IPv6', 'string'],
    ['Array(Nullable(Int32))', 'array<int32>'],
    ['Map(String, Array(UUID))', 'map<string, array<uuid>>'],
    ['Tuple(a Int32, `b, c` Nullable(String))', 'struct<a int32, "b, c" string>'],
    ['SimpleAggregateFunction(sum, UInt64)', 'uint64'],
    ['AggregateFunction(uniq, UInt64)', undefined],
    ['Variant(String, UInt64)', undefined],
    ['JSON', undefined],
  ] as const)
    it(`${name} is ${expected ?? 'refused'}`, () => expect(said(name)).to.equal(expected));

  it('a time without a zone is an instant where the server is not in UTC', () => {
    expect(said('DateTime64(6)', 'Europe/Berlin')).to.equal('timestamp(6) with time zone');
    expect(said('Nullable(DateTime)', 'Etc/UTC')).to.equal('timestamp(0) or NULL');
  });

  const scalar = fc.constantFrom<CanonicalType[]>(
    { kind: 'bool' },
    { kind: 'int64' },
    { kind: 'uint8' },
    { kind: 'float32' },
    { kind: 'string' },
    { kind: 'bytes' },
    { kind: 'json' },
    { kind: 'uuid' },
    { kind: 'date' },
    { kind: 'decimal', precision: 38, scale: 9 },
    { kind: 'timestamp', precision: 6, tz: true },
    { kind: 'timestamp', precision: 9, tz: false },
    { kind: 'time', precision: 6 },
  );

  it('a column that is made is read back with its meaning', () =>
    fc.assert(
      fc.property(scalar, fc.boolean(), fc.option(fc.string(), { nil: undefined }), (type, nullable, comment) => {
        const column = { name: 'c', type, nullable, ...(comment === undefined ? {} : { comment: comment.trim() }) };
        const made = columnType(column) as { type: string };
        const meaning = meaningOf(made.type)!;
        const back = explained({
          name: 'c',
          type: meaning.type,
          nullable: meaning.nullable,
          native: { system: 'clickhouse', type: made.type },
          ...(commentOf(column) === undefined ? {} : { comment: commentOf(column)! }),
        });
        expect(back.nullable).to.equal(nullable);
        expect(typeName(back.type)).to.equal(typeName(type));
        expect(canHold(back.type, type)).to.equal(true);
      }),
    ));

  it('NULL goes into and out of a type', () => {
    expect(withNull('LowCardinality(String)', true)).to.equal('LowCardinality(Nullable(String))');
    expect(withNull('LowCardinality(Nullable(String))', false)).to.equal('LowCardinality(String)');
    expect(withNull('Array(Int32)', true)).to.equal('Array(Int32)');
  });

  it('what has no type is refused with what to do', () => {
    expect(physicalName({ kind: 'interval' })).to.have.property('refused');
    expect(physicalName({ kind: 'decimal', precision: 77, scale: 0 })).to.have.property('refused');
  });
});

describe('values of the rows lane', () => {
  it('outside of a type are refused', () => {
    const date = valueText({ kind: 'date' }, 'Nullable(Date32)', true);
    expect(date('1900-01-01')).to.equal('1900-01-01');
    for (const value of ['0001-01-01', '2300-01-01', 'yesterday', 5])
      expect(() => date(value), String(value)).to.throw();
    const old = valueText({ kind: 'timestamp', precision: 6, tz: false }, "DateTime64(6, 'UTC')", false);
    expect(() => old('1899-12-31T23:59:59')).to.throw(/outside of DateTime64/);
    expect(() => valueText({ kind: 'decimal', precision: 4, scale: 2 }, '', true)('1.234')).to.throw();
    expect(() => valueText({ kind: 'string' }, '', true)('\ud800')).to.throw();
  });

  it('every range begins before it ends', () => {
    for (const type of ['Date', 'Date32', 'DateTime', 'DateTime64(9)', 'Nullable(DateTime64(6))']) {
      const range = rangeOf(type, true)!;
      expect(range.low < range.high, type).to.equal(true);
    }
  });
});

describe('names, texts and connections', () => {
  it('are quoted so that nothing of them is syntax', () => {
    expect(ident('a`b\\c')).to.equal('`a\\`b\\\\c`');
    expect(text("O'Brien\\\n")).to.equal("'O\\'Brien\\\\\\n'");
  });

  it('a URI says where the server is', () => {
    expect(connection.parse('clickhouse://ann:p%40ss@ch.example.com/mart')).to.include({
      url: 'http://ch.example.com:8123',
      username: 'ann',
      password: 'p@ss',
      database: 'mart',
    });
    expect(connection.parse({ host: '::1', secure: true })).to.include({ url: 'https://[::1]:8443' });
    const problem = connection.safeParse('clickhouse://ann:secret@ch:9000/mart');
    expect(JSON.stringify(problem.error))
      .to.match(/native protocol/)
      .and.not.match(/secret/);
  });
});
