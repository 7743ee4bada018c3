import { expect } from 'chai';
import fc from 'fast-check';
import { typeRelation } from '../dist/schema/type-relation.js';

describe('the relation of two types', () => {
  for (const [source, target, relation] of [
    ['INT', ' integer ', 'equal'],
    ['int8', 'bigint', 'equal'],
    ['numeric(10, 2)', 'decimal(10,2)', 'equal'],
    ['decimal(10)', 'decimal(10,0)', 'equal'],
    ['double precision', 'float', 'equal'],
    ['timestamp', 'timestamptz', 'equal'],
    ['json', 'jsonb', 'equal'],
    ['bigint', 'int', 'wider'],
    ['numeric(18,4)', 'numeric(10,2)', 'wider'],
    ['varchar(50)', 'varchar(20)', 'wider'],
    ['nvarchar(50)', 'varchar(20)', 'wider'],
    ['int', 'bigint', 'fits'],
    ['numeric(10,2)', 'numeric(18,4)', 'fits'],
    ['varchar(10)', 'varchar(20)', 'fits'],
    ['varchar(10)', 'text', 'fits'],
    ['int', 'numeric(12,2)', 'fits'],
    ['numeric(10,2)', 'numeric', 'fits'],
    ['date', 'timestamp', 'fits'],
    // More digits in all, and fewer before the point: neither holds the other.
    ['numeric(10,4)', 'numeric(10,2)', 'different'],
    ['numeric(12,2)', 'int', 'different'],
    ['int', 'numeric(10,2)', 'different'],
    ['text', 'varchar(20)', 'different'],
    ['text', 'int', 'different'],
    ['int', 'text', 'different'],
    ['time', 'timestamp', 'different'],
    ['timestamp', 'date', 'different'],
    ['uuid', 'text', 'different'],
  ] as const)
    it(`${source} into ${target} is ${relation}`, () => {
      expect(typeRelation(source, target)).to.equal(relation);
    });

  it('is the same seen from the other side', () => {
    const type = fc.oneof(
      fc.constantFrom('tinyint', 'smallint', 'int', 'bigint', 'text', 'date', 'json', 'float', 'numeric'),
      fc.tuple(fc.nat(38), fc.nat(38)).map(([p, s]) => `numeric(${Math.max(p, s)},${Math.min(p, s)})`),
      fc.nat(200).map((n) => `varchar(${n})`),
    );
    const other = { equal: ['equal'], wider: ['fits'], fits: ['wider', 'different'], different: ['different', 'fits'] };
    fc.assert(
      fc.property(type, type, (a, b) => {
        expect(other[typeRelation(a, b)]).to.include(typeRelation(b, a));
      }),
    );
  });
});
