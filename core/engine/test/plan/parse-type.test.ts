import { expect } from 'chai';
import fc from 'fast-check';
import { typeName, type CanonicalType } from '@dpone/sdk';
import { parseType } from '@dpone/engine';

describe('types as a manifest writes them', () => {
  for (const [text, name] of [
    ['bigint', 'int64'],
    ['integer', 'int64'],
    [' Decimal ( 12 , 2 ) ', 'decimal(12,2)'],
    ['numeric', 'decimal(38,9)'],
    ['numeric(10)', 'decimal(10,0)'],
    ['varchar(20)', 'string(20)'],
    ['text', 'string'],
    ['double precision', 'float64'],
    ['timestamp', 'timestamp(6)'],
    ['timestamp(3) with time zone', 'timestamp(3) with time zone'],
    ['timestamp without time zone', 'timestamp(6)'],
    ['timestamptz', 'timestamp(6) with time zone'],
    ['time(3)', 'time(3)'],
    ['int32[]', 'array<int32>'],
    ['map<text, array<decimal(4,2)>>', 'map<string, array<decimal(4,2)>>'],
    ['struct<a int32, b map<text, date>>', 'struct<a int32, b map<string, date>>'],
  ] as const)
    it(`${text} is ${name}`, () => expect(typeName(parseType(text)!)).to.equal(name));

  for (const text of [
    '',
    'bigintt',
    'decimal(2,3)',
    'decimal(0)',
    'timestamp(10)',
    'array<>',
    'map<text>',
    'struct<a>',
    'int32(3)',
    'text with time zone',
    'varchar(0)',
  ])
    it(`"${text}" is none`, () => expect(parseType(text)).to.equal(undefined));

  it('reads every name that a type is given (property)', () => {
    const leaf = fc.oneof(
      fc.constantFrom<CanonicalType>(
        ...(['bool', 'int8', 'uint64', 'float32', 'bytes', 'date', 'interval', 'uuid', 'json'] as const).map(
          (kind) => ({ kind }),
        ),
      ),
      fc
        .integer({ min: 1, max: 38 })
        .chain((precision) =>
          fc.integer({ min: 0, max: precision }).map((scale): CanonicalType => ({ kind: 'decimal', precision, scale })),
        ),
      fc
        .record({ precision: fc.integer({ min: 0, max: 9 }), tz: fc.boolean() })
        .map((t): CanonicalType => ({ kind: 'timestamp', ...t })),
    );
    const { type } = fc.letrec<{ type: CanonicalType }>((tie) => ({
      type: fc.oneof(
        { maxDepth: 3 },
        leaf,
        tie('type').map((item): CanonicalType => ({ kind: 'array', item })),
        fc.tuple(tie('type'), tie('type')).map(([key, value]): CanonicalType => ({ kind: 'map', key, value })),
        fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map((types): CanonicalType => ({
          kind: 'struct',
          fields: types.map((t, i) => ({ name: `f${i}`, type: t })),
        })),
      ),
    }));
    fc.assert(
      fc.property(type, (t) => {
        expect(parseType(typeName(t))).to.deep.equal(t);
      }),
    );
  });
});
