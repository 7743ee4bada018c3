import { expect } from 'chai';
import { isDponeError, typeName, type Column, type DponeError } from '@dpone/sdk';
import { parseType, type ProcessSpec } from '@dpone/engine';
import { columnsToRead, contractWarnings, hintOf, resolveColumns } from '../../dist/plan/columns.js';
import { memorySpec } from '../support/memory-project.js';

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type: parseType(type)!,
  nullable: true,
  ...more,
});
type Contract = ProcessSpec['schemaContract'];
const contract = (enforcement: Contract['enforcement'], columns: Contract['columns']): ProcessSpec =>
  memorySpec({ schemaContract: { enforcement, columns } });
const refused = (what: () => unknown): DponeError => {
  try {
    what();
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('it was allowed');
};
const types = (columns: readonly Column[]): string[] => columns.map((c) => typeName(c.type));

describe('columns of a load', () => {
  it('take the stated type where the source only guessed', () => {
    const spec = { ...memorySpec(), source: { ...memorySpec().source, columns: [{ name: 'ID', type: 'text' }] } };
    const [resolved] = resolveColumns([column('id', 'bigint', { inferred: true })], spec);
    expect(resolved).to.deep.equal({ name: 'id', type: { kind: 'string' }, nullable: true });
  });

  it('take a wider stated type, and refuse a narrower one where the contract is strict', () => {
    expect(
      types(resolveColumns([column('a', 'int32')], contract('strict', { a: { type: 'bigint', nullable: true } }))),
    ).to.deep.equal(['int64']);
    const error = refused(() =>
      resolveColumns([column('a', 'bigint')], contract('strict', { a: { type: 'int32', nullable: true } })),
    );
    expect(error.code).to.equal('DPONE_SCHEMA_BREAKING');
    expect(error.message).to.contain('int64').and.to.contain('int32');
  });

  it('coerce only where a value that does not fit is sure to fail', () => {
    const coerce = (from: string, to: string) => () =>
      resolveColumns([column('a', from)], contract('coerce', { a: { type: to, nullable: true } }));
    expect(types(coerce('bigint', 'int32')())).to.deep.equal(['int32']);
    expect(types(coerce('text', 'date')())).to.deep.equal(['date']);
    expect(types(coerce('decimal(12,2)', 'decimal(8,2)')())).to.deep.equal(['decimal(8,2)']);
    for (const [from, to] of [
      ['decimal(12,4)', 'decimal(12,2)'],
      ['double', 'bigint'],
      ['timestamp', 'date'],
      ['timestamp(6)', 'timestamp(3)'],
      ['text', 'varchar(3)'],
    ])
      expect(refused(coerce(from!, to!)).code, `${from} to ${to}`).to.equal('DPONE_SCHEMA_BREAKING');
  });

  it('only warn where the contract warns', () => {
    const spec = contract('warn', { a: { type: 'date', nullable: true }, b: { nullable: false } });
    const columns = resolveColumns([column('a', 'bigint')], spec);
    expect(types(columns)).to.deep.equal(['int64']);
    expect(contractWarnings(columns, spec)).to.have.length(2);
  });

  it('that a contract requires must be there', () => {
    const error = refused(() =>
      resolveColumns([column('a', 'date')], contract('quarantine', { b: { nullable: false } })),
    );
    expect(error.message).to.equal('column b: the source does not have it');
  });

  it('with a name of dpone, or twice in another case, are refused with what to exclude', () => {
    expect(refused(() => resolveColumns([column('__DPONE__load_id', 'text')], memorySpec())).remedy).to.contain(
      'exclude_columns: [__DPONE__load_id]',
    );
    expect(refused(() => resolveColumns([column('a', 'text'), column('A', 'text')], memorySpec())).message).to.contain(
      'both "a" and "A"',
    );
  });

  it('a type that is none is refused at its place', () => {
    const spec = {
      ...contract('strict', { a: { type: 'bigintt', nullable: true } }),
      places: { 'schema_contract.columns.a': 'orders.yml:7:3' },
    };
    expect(refused(() => resolveColumns([column('a', 'text')], spec)).where).to.contain('orders.yml:7:3');
  });

  it('hint a guessing source at the target, then the stated types', () => {
    const spec = contract('strict', {
      b: { type: 'decimal', precision: 8, scale: 2, nullable: true },
      c: { type: 'timestamp', timezone: true, nullable: true },
    });
    const hint = hintOf(
      { columns: [column('a', 'date'), column('B', 'bigint'), column('__dpone__load_id', 'text')] },
      spec,
    );
    expect(hint!.columns.map((c) => [c.name, typeName(c.type)])).to.deep.equal([
      ['a', 'date'],
      ['B', 'decimal(8,2)'],
      ['c', 'timestamp(6) with time zone'],
    ]);
    expect(hintOf(null, memorySpec())).to.equal(undefined);
  });

  it('are all read unless some are left out', () => {
    const schema = { columns: [column('a', 'date'), column('b', 'date')] };
    expect(columnsToRead(schema, memorySpec())).to.equal(undefined);
    expect(columnsToRead(schema, memorySpec({ source: { excludeColumns: ['A'] } }))).to.deep.equal(['b']);
  });
});
