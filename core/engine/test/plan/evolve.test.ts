import { expect } from 'chai';
import fc from 'fast-check';
import { canHold, isDponeError, typeName, type CanonicalType, type Column, type DponeError } from '@dpone/sdk';
import { evolve, type EvolveInput } from '../../dist/plan/evolve.js';
import { frameworkColumns } from '../../dist/plan/framework.js';
import { commonType } from '../../dist/plan/widen.js';
import { parseType } from '@dpone/engine';
import { memorySpec } from '../support/memory-project.js';

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type: parseType(type)!,
  nullable: true,
  ...more,
});
const guess = (name: string, type: string): Column => column(name, type, { inferred: true });
const POLICY = memorySpec().schemaEvolution;
const input = (change: Partial<EvolveInput>): EvolveInput => ({
  source: [],
  envelope: [],
  excluded: [],
  target: null,
  framework: [],
  required: [],
  policy: POLICY,
  ddl: ['create_table', 'add_column', 'widen_column', 'drop_not_null', 'rename_column'],
  waits: () => false,
  setsAside: false,
  swaps: false,
  physicalType: (c) => typeName(c.type),
  ...change,
});
const against = (target: readonly Column[], source: readonly Column[], change: Partial<EvolveInput> = {}) =>
  evolve(input({ target: { columns: target }, source, ...change }));
const refused = (what: () => unknown): DponeError => {
  try {
    what();
  } catch (error) {
    if (isDponeError(error)) return error;
    throw error;
  }
  throw new Error('it was allowed');
};

describe('schema evolution', () => {
  it('creates the target with the framework columns at the end', () => {
    const framework = frameworkColumns({
      lineage: { enabled: true, preset: 'minimal' },
      target: null,
      data: ['id'],
      key: [],
      needs: [],
      fills: ['load_id', 'loaded_at'],
    });
    const { changes } = evolve(input({ source: [guess('id', 'bigint')], framework, required: ['ID'] }));
    expect(changes).to.deep.equal([
      {
        kind: 'create_table',
        schema: {
          columns: [
            { name: 'id', type: { kind: 'int64' }, nullable: false },
            { name: '__dpone__load_id', type: { kind: 'string' }, nullable: true },
            { name: '__dpone__loaded_at', type: { kind: 'timestamp', precision: 6, tz: true }, nullable: true },
          ],
        },
      },
    ]);
  });

  it('needs no change on the second load of its own table', () => {
    const source = [column('id', 'bigint', { nullable: false }), guess('at', 'timestamp')];
    const create = evolve(input({ source })).changes[0]!;
    const columns = create.kind === 'create_table' ? create.schema.columns : [];
    expect(against(columns, source).changes).to.deep.equal([]);
  });

  it('adds new columns, nullable, and matches names whatever their case', () => {
    const { columns, changes } = against(
      [column('Id', 'bigint')],
      [column('ID', 'int32'), column('new', 'date', { nullable: false })],
    );
    expect(columns.map((c) => [c.name, typeName(c.type)])).to.deep.equal([
      ['Id', 'int64'],
      ['new', 'date'],
    ]);
    expect(changes).to.deep.equal([{ kind: 'add_column', column: column('new', 'date') }]);
  });

  it('widens only to what holds both', () => {
    const { changes } = against([column('a', 'decimal(10,2)')], [column('a', 'decimal(8,4)')]);
    expect(changes).to.deep.equal([
      { kind: 'widen_column', column: column('a', 'decimal(12,4)'), from: parseType('decimal(10,2)') },
    ]);
  });

  it('refuses what breaks, all of it at once, each with its difference and a remedy', () => {
    const error = refused(() =>
      against(
        [column('a', 'bigint'), column('b', 'date'), column('c', 'text')],
        [column('a', 'uuid'), column('b', 'boolean')],
      ),
    );
    expect(error.code).to.equal('DPONE_SCHEMA_BREAKING');
    expect(error.message).to.contain('a: source uuid, target int64');
    expect(error.message).to.contain('b: source bool, target date');
    expect(error.message).to.contain('c: source absent, target string');
    expect(error.remedy).to.contain('new_column').and.to.contain('exclude_columns');
  });

  it('strict refuses additions, additive refuses widening, off refuses both', () => {
    const add = (mode: 'strict' | 'additive') => () =>
      against([column('a', 'int32')], [column('a', 'int32'), column('b', 'date')], { policy: { ...POLICY, mode } });
    const widen = (mode: 'strict' | 'additive') => () =>
      against([column('a', 'int32')], [column('a', 'bigint')], { policy: { ...POLICY, mode } });
    expect(refused(add('strict')).message).to.contain('mode is strict');
    expect(add('additive')().changes).to.have.length(1);
    expect(refused(widen('additive')).message).to.contain('mode is additive');
    const off = { policy: { ...POLICY, enabled: false } };
    expect(refused(() => against([], [column('b', 'date')], off)).message).to.contain('schema_evolution is off');
  });

  it('puts a changed type into a new column where asked, keeps the old one, and needs nothing the next time', () => {
    const policy = { ...POLICY, onTypeChange: 'new_column' } as const;
    const target = [column('a', 'date')];
    const first = against(target, [column('a', 'boolean')], { policy });
    expect(first.columns).to.deep.equal([column('__dpone__nc__a', 'boolean')]);
    expect(first.changes).to.deep.equal([{ kind: 'add_column', column: column('__dpone__nc__a', 'boolean') }]);
    const second = against([...target, column('__dpone__nc__a', 'boolean')], [column('a', 'boolean')], { policy });
    expect(second.changes).to.deep.equal([]);
    const back = against([...target, column('__dpone__nc__a', 'boolean')], [column('a', 'date')], { policy });
    expect(back.columns).to.deep.equal([column('a', 'date')]);
  });

  it('a guess takes the target type where it is another reading of the same text', () => {
    const pairs = [
      ['decimal(12,2)', 'bigint'],
      ['decimal(12,2)', 'double'],
      ['timestamp(3)', 'date'],
      ['text', 'bigint'],
      ['int32', 'bigint'],
    ] as const;
    for (const [target, source] of pairs) {
      const { columns, changes } = against([column('a', target)], [guess('a', source)]);
      expect(columns[0]!.type, `${source} into ${target}`).to.deep.equal(parseType(target));
      expect(changes).to.deep.equal([]);
    }
  });

  it('a guess that is another thing is a schema change; where bad rows are set aside the target wins', () => {
    expect(refused(() => against([column('a', 'date')], [guess('a', 'bigint')])).code).to.equal(
      'DPONE_SCHEMA_BREAKING',
    );
    const aside = against([column('a', 'date')], [guess('a', 'bigint')], { setsAside: true });
    expect(aside.columns[0]!.type).to.deep.equal({ kind: 'date' });
  });

  it('text that is no number fails its row, not the schema: the row error says where', () => {
    const { columns } = against([column('a', 'decimal(12,2)')], [guess('a', 'text')]);
    expect(typeName(columns[0]!.type)).to.equal('decimal(12,2)');
  });

  it('types that the sink stores alike are alike', () => {
    const physicalType = (c: Column): string => (c.type.kind === 'uuid' ? 'string' : typeName(c.type));
    const { columns, changes } = against([column('a', 'text')], [column('a', 'uuid')], { physicalType });
    expect(changes).to.deep.equal([]);
    expect(columns[0]!.type).to.deep.equal({ kind: 'uuid' });
  });

  it('checks NOT NULL columns of the target, and would drop NOT NULL only where the source says NULL is meant', () => {
    const target = [column('a', 'date', { nullable: false }), column('b', 'date', { nullable: false })];
    const { notNull, relaxable, changes } = against(target, [column('a', 'date'), guess('b', 'date')]);
    expect({ notNull, relaxable, changes }).to.deep.equal({ notNull: ['a', 'b'], relaxable: ['a'], changes: [] });
  });

  it('a column that is left out on purpose stays, and survives a swap', () => {
    const { changes, kept } = against([column('a', 'date'), column('b', 'date')], [column('a', 'date')], {
      excluded: ['B'],
      swaps: true,
    });
    expect(changes).to.deep.equal([]);
    expect(kept).to.deep.equal([{ name: 'b', type: { kind: 'date' }, nullable: true, value: 'null' }]);
  });

  it('never loses a value: what is staged holds the source, and what changes holds both (property)', () => {
    const type = fc.oneof(
      fc.constantFrom<CanonicalType>(
        ...(
          [
            'bool',
            'int8',
            'int16',
            'int32',
            'int64',
            'uint8',
            'uint32',
            'uint64',
            'float32',
            'float64',
            'string',
            'date',
            'uuid',
            'json',
          ] as const
        ).map((kind) => ({ kind })),
      ),
      fc
        .record({ digits: fc.integer({ min: 1, max: 20 }), scale: fc.integer({ min: 0, max: 18 }) })
        .map(({ digits, scale }): CanonicalType => ({ kind: 'decimal', precision: digits + scale, scale })),
      fc
        .record({ precision: fc.integer({ min: 0, max: 9 }), tz: fc.boolean() })
        .map((t): CanonicalType => ({ kind: 'timestamp', ...t })),
    );
    fc.assert(
      fc.property(type, type, (source, target) => {
        let evolution: ReturnType<typeof evolve>;
        try {
          evolution = against(
            [{ name: 'a', type: target, nullable: true }],
            [{ name: 'a', type: source, nullable: true }],
          );
        } catch (error) {
          if (isDponeError(error)) return;
          throw error;
        }
        const staged = evolution.columns[0]!.type;
        expect(canHold(staged, source)).to.equal(true);
        expect(canHold(staged, target)).to.equal(true);
        expect(evolution.changes.length === 0).to.equal(typeName(staged) === typeName(target));
      }),
    );
  });

  it('the common type is the same from either side (property)', () => {
    const decimal = fc
      .record({ digits: fc.integer({ min: 1, max: 18 }), scale: fc.integer({ min: 0, max: 18 }) })
      .map(({ digits, scale }): CanonicalType => ({ kind: 'decimal', precision: digits + scale, scale }));
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(commonType(a, b)).to.deep.equal(commonType(b, a));
      }),
    );
  });
});

describe('framework columns', () => {
  const call = (preset: 'off' | 'minimal' | 'standard' | 'debug' | 'hierarchical', target: Column[] | null = null) =>
    frameworkColumns({
      lineage: { enabled: preset !== 'off', preset },
      target: target && { columns: target },
      data: ['id', 'b'],
      key: ['id'],
      needs: [],
      fills: ['load_id', 'loaded_at', 'row_id', 'extracted_at', 'op'],
    });
  const names = (columns: readonly Column[]): string[] => columns.map((c) => c.name.replace('__dpone__', ''));

  it('are those of the preset', () => {
    expect(names(call('off'))).to.deep.equal([]);
    expect(names(call('minimal'))).to.deep.equal(['load_id', 'loaded_at']);
    expect(names(call('standard'))).to.deep.equal(['load_id', 'loaded_at', 'row_id', 'extracted_at']);
    expect(names(call('debug'))).to.deep.equal(['load_id', 'loaded_at', 'row_id', 'extracted_at', 'op', 'meta']);
    expect(names(call('hierarchical')).slice(4)).to.deep.equal(['parent_row_id', 'root_row_id', 'list_index']);
  });

  it('make a row id of the key where there is one', () => {
    expect(call('standard').find((c) => c.value === 'row_id')!.of).to.deep.equal(['id']);
  });

  it('keep the shape that the target has', () => {
    const target = [column('__dpone__row_id', 'text'), column('__DPONE__LOADED_AT', 'timestamp(3) with time zone')];
    const kept = call('off', target);
    expect(kept.map((c) => [c.name, c.value])).to.deep.equal([
      ['__dpone__row_id', 'row_id'],
      ['__DPONE__LOADED_AT', 'loaded_at'],
    ]);
  });

  it('that the sink cannot fill are refused with what to do', () => {
    const error = refused(() =>
      frameworkColumns({
        lineage: { enabled: true, preset: 'standard' },
        target: null,
        data: [],
        key: [],
        needs: [],
        fills: ['load_id', 'loaded_at'],
      }),
    );
    expect(error.code).to.equal('DPONE_CAPABILITY');
    expect(error.remedy).to.contain('minimal');
  });
});
