import { expect } from 'chai';
import type { CanonicalType, Column } from '@dpone/sdk';
import plugin, {
  canonicalType,
  columnType,
  connection,
  duckdbSink,
  duckdbSource,
  physicalName,
  sourceOptions,
} from '../dist/index.js';

describe('duckdb types', () => {
  const NAMES: readonly [string, CanonicalType][] = [
    ['BOOLEAN', { kind: 'bool' }],
    ['UBIGINT', { kind: 'uint64' }],
    ['DECIMAL(38,10)', { kind: 'decimal', precision: 38, scale: 10 }],
    ['TIMESTAMP', { kind: 'timestamp', precision: 6, tz: false }],
    ['TIMESTAMP_NS', { kind: 'timestamp', precision: 9, tz: false }],
    ['TIMESTAMP WITH TIME ZONE', { kind: 'timestamp', precision: 6, tz: true }],
    ['TIME_NS', { kind: 'time', precision: 9 }],
    ['JSON', { kind: 'json' }],
    ['INTEGER[][]', { kind: 'array', item: { kind: 'array', item: { kind: 'int32' } } }],
    [
      'STRUCT("a ""b"", c" INTEGER, "d" MAP(VARCHAR, DECIMAL(4,1)[]))',
      {
        kind: 'struct',
        fields: [
          { name: 'a "b", c', type: { kind: 'int32' } },
          {
            name: 'd',
            type: {
              kind: 'map',
              key: { kind: 'string' },
              value: { kind: 'array', item: { kind: 'decimal', precision: 4, scale: 1 } },
            },
          },
        ],
      },
    ],
  ];

  for (const [name, type] of NAMES)
    it(`${name} is read and written as itself`, () => {
      expect(canonicalType(name)).to.deep.equal(type);
      expect(physicalName(type)).to.deep.equal({ type: name });
    });

  it('reads types that are written another way', () => {
    expect(canonicalType("ENUM('a', 'b, (c)')")).to.deep.equal({ kind: 'string' });
    expect(canonicalType('INTEGER[3]')).to.deep.equal({ kind: 'array', item: { kind: 'int32' } });
    expect(canonicalType('STRUCT(a INTEGER, b VARCHAR)')).to.deep.equal({
      kind: 'struct',
      fields: [
        { name: 'a', type: { kind: 'int32' } },
        { name: 'b', type: { kind: 'string' } },
      ],
    });
    expect(canonicalType('TIMESTAMP_S')).to.deep.equal({ kind: 'timestamp', precision: 0, tz: false });
  });

  it('has no canonical type for what would lose its meaning', () => {
    for (const name of ['BIT', 'BIGNUM', 'UNION(a INTEGER)', 'TIME WITH TIME ZONE', 'BIT[]', 'STRUCT(a BIT)'])
      expect(canonicalType(name), name).to.equal(undefined);
  });

  it('refuses canonical types that DuckDB cannot hold', () => {
    const refused: CanonicalType[] = [
      { kind: 'decimal', precision: 39, scale: 0 },
      { kind: 'timestamp', precision: 7, tz: true },
      { kind: 'timestamp', precision: 10, tz: false },
      { kind: 'struct', fields: [] },
      {
        kind: 'struct',
        fields: [
          { name: 'a', type: { kind: 'bool' } },
          { name: 'A', type: { kind: 'bool' } },
        ],
      },
      { kind: 'array', item: { kind: 'decimal', precision: 50, scale: 0 } },
    ];
    for (const type of refused) expect(physicalName(type), JSON.stringify(type)).to.have.property('refused');
  });

  it('gives 128-bit integers of DuckDB back as what they were', () => {
    const huge: Column = {
      name: 'h',
      type: { kind: 'decimal', precision: 39, scale: 0 },
      nullable: true,
      native: { system: 'duckdb', type: 'HUGEINT' },
    };
    expect(columnType(huge)).to.deep.equal({ type: 'HUGEINT' });
    expect(columnType({ ...huge, native: { system: 'other', type: 'HUGEINT' } })).to.have.property('refused');
  });
});

describe('duckdb options', () => {
  it('takes a connection as a path, a URI or an object', () => {
    for (const value of [
      'a.duckdb',
      'duckdb:a.duckdb',
      { uri: 'duckdb:a.duckdb' },
      { path: 'a.duckdb' },
      { database: 'a.duckdb' },
    ])
      expect(connection.parse(value)).to.deep.equal({ path: 'a.duckdb' });
    for (const value of ['', {}, { path: 'a', uri: 'b' }, 5])
      expect(connection.safeParse(value).success, JSON.stringify(value)).to.equal(false);
  });

  it('has examples that parse, and registers what it provides', async () => {
    const seen: string[] = [];
    await plugin.register({
      apiVersion: 1,
      source: (id) => seen.push(`source:${id}`),
      sink: (id) => seen.push(`sink:${id}`),
      codec: (id) => seen.push(`codec:${id}`),
      strategy: () => undefined,
      gate: () => undefined,
      stateStore: () => undefined,
      secrets: () => undefined,
      executor: () => undefined,
      observer: () => undefined,
    });
    expect(seen).to.deep.equal(['source:duckdb', 'sink:duckdb', 'codec:duckdb']);
    for (const definition of [duckdbSource, duckdbSink])
      expect(connection.safeParse(definition.example['connection']).success).to.equal(true);
    expect(sourceOptions.safeParse({ query: '' }).success).to.equal(false);
  });
});
