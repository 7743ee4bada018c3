import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeName, type CanonicalType, type FileTarget } from '@dpone/sdk';
import { allTypes, fromBatches, sameRows, toBatches } from '@dpone/testkit';
import { expect } from 'chai';
import { formatRefuses } from '../dist/format-limits.js';
import { endingOf, FILE_LANES, formatOfName } from '../dist/formats.js';
import { withCodec } from './support/fixture-files.js';
import { loadParts, openSink, programOf, refOf } from './support/open-sink.js';

const TARGETS = FILE_LANES.flatMap((lane) =>
  (lane === 'parquet' ? (['none'] as const) : (['none', 'gzip', 'zstd'] as const)).map((compression) => ({
    lane,
    compression,
    name: `all${endingOf(lane, compression)}`,
  })),
);

describe('files of every format', function () {
  this.timeout(60_000);
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'dpone-formats-'))));
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('are known by their names', () => {
    expect(formatOfName('a.b.CSV.GZ')).to.deep.equal({ lane: 'csv', compression: 'gzip' });
    expect(formatOfName('a.ndjson.zst')).to.deep.equal({ lane: 'jsonl', compression: 'zstd' });
    expect(formatOfName('a.txt')).to.deep.equal({ lane: undefined, compression: 'none' });
    expect(formatOfName('constructor')).to.deep.equal({ lane: undefined, compression: 'none' });
    for (const { lane, compression, name } of TARGETS) expect(formatOfName(name)).to.deep.equal({ lane, compression });
  });

  for (const { lane, compression, name } of TARGETS)
    it(`${name} holds the extreme values of every type that it does not refuse, and keeps their types`, async () => {
      const fixture = allTypes((column) => formatRefuses(lane, column) === undefined);
      await withCodec(dir, async (codec, ctx) => {
        const sink = openSink(ctx, { path: name });
        await loadParts(sink, 1, [fixture], { op: 'replace_all', by: 'swap' }, 'done');
        const files = { lane, paths: [join(dir, name)], compression, format: {} } as const;
        const rows = await fromBatches(codec.read(files, fixture.schema, ctx.signal), fixture.schema);
        sameRows(rows, fixture.rows, fixture.schema.columns, name);
        const { schema } = await sink.inspect();
        expect(schema!.columns.map((c) => typeName(c.type))).to.deep.equal(
          fixture.schema.columns.map((c) => typeName(c.type)),
        );
      });
    });

  for (const { lane, compression, name } of TARGETS)
    it(`${name}: a pushed file keeps its values when the load's own columns are put in`, async () => {
      await withCodec(dir, async (codec, ctx) => {
        const fixture = allTypes((column) => formatRefuses(lane, column) === undefined);
        const load = refOf(1, 0);
        const own = { name: '__dpone__load_id', type: { kind: 'string' }, nullable: true, value: 'load_id' } as const;
        const staging = await openSink(ctx, { path: name }).begin(load, {
          columns: fixture.schema.columns,
          framework: [own],
          badRows: 'fail',
        });
        async function* batches() {
          yield* toBatches(fixture);
          await Promise.resolve();
        }
        const write = (to: FileTarget, signal: AbortSignal) => codec.write(batches(), fixture.schema, to, signal);
        await staging.stage({ transport: 'push', schema: fixture.schema, write }, 0, () => undefined);
        const whole = { ...fixture, schema: { columns: [...fixture.schema.columns, own] } };
        await staging.finalize(programOf(load, whole, { op: 'replace_all', by: 'swap' }, 'done'));
        const format = { columns: whole.schema.columns.map((c) => c.name) };
        const files = { lane, paths: [join(dir, name)], compression, format } as const;
        const rows = await fromBatches(codec.read(files, whole.schema, ctx.signal), whole.schema);
        const expected = fixture.rows.map((row) => ({ ...row, [own.name]: load.loadId }));
        sameRows(rows, expected, whole.schema.columns, name);
      });
    });

  it('of several parts become one file where the target is one', async () => {
    await withCodec(dir, async (codec, ctx) => {
      const whole = allTypes((column) => formatRefuses('csv', column) === undefined);
      const parts = whole.rows.map((row) => ({ ...whole, rows: [row] }));
      await loadParts(openSink(ctx, { path: 'all.csv.gz' }), 1, parts, { op: 'replace_all', by: 'swap' }, 'done');
      const files = { lane: 'csv', paths: [join(dir, 'all.csv.gz')], compression: 'gzip', format: {} } as const;
      const rows = await fromBatches(codec.read(files, whole.schema, ctx.signal), whole.schema);
      sameRows(rows, whole.rows, whole.schema.columns, 'the one file');
    });
  });

  it('refuse what they cannot hold before a byte is written', async () => {
    const array: CanonicalType = { kind: 'array', item: { kind: 'int32' } };
    const long: CanonicalType = { kind: 'array', item: { kind: 'decimal', precision: 30, scale: 2 } };
    const cases: readonly [string, CanonicalType, boolean][] = [
      ['a.csv', array, true],
      ['a.tsv', { kind: 'struct', fields: [] }, true],
      ['a.parquet', { kind: 'interval' }, true],
      ['a.parquet', { kind: 'array', item: { kind: 'interval' } }, true],
      ['a.jsonl', long, true],
      ['a.jsonl', array, false],
      ['a.parquet', long, false],
    ];
    await withCodec(dir, async (_codec, ctx) => {
      for (const [path, type, refused] of cases) {
        const sink = openSink(ctx, { path });
        const column = { name: 'c', type, nullable: true };
        expect('refused' in sink.physicalType(column), `${path} ${typeName(type)}`).to.equal(refused);
        const offers = sink.accepts([column]);
        expect(offers.every((offer) => (offer.refuses?.(column) !== undefined) === refused)).to.equal(true);
      }
      await Promise.resolve();
    });
  });
});
