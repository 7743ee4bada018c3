import { expect } from 'chai';
import fc from 'fast-check';
import { backfill, incrementalMerge } from '../dist/index.js';
import { chunkBounds } from '../dist/chunk-steps.js';
import { given, refusal, SINK, SOURCE } from './support.js';

const CHUNK = { column: 'at', from: '2026-01-01', to: '2026-07-01', step: '1 month' };
const options = (more: object = {}, outside: object = {}) => ({
  ...outside,
  backfill: { inner_mode: 'incremental_merge', chunk: CHUNK, ...more },
});
const sink = {
  ...SINK,
  finalize: ['merge', 'delete', 'append', 'replace_partitions'],
  checks: ['not_null', 'unique', 'predicate', 'max_distinct'],
} as typeof SINK;

describe('the chunks of a backfill', () => {
  it('are half-open ranges without gaps: numbers', () => {
    expect(chunkBounds(1, 101, 25)).to.deep.equal([1, 26, 51, 76, 101]);
    expect(chunkBounds(0, 10, 4)).to.deep.equal([0, 4, 8, 10]);
    expect(chunkBounds('0.5', '2', '0.5')).to.deep.equal(['0.5', '1.0', '1.5', '2']);
    expect(chunkBounds(-5, 5, 5)).to.deep.equal([-5, 0, 5]);
    expect(chunkBounds('9223372036854775000', '9223372036854775807', 500)).to.deep.equal([
      '9223372036854775000',
      '9223372036854775500',
      '9223372036854775807',
    ]);
  });

  it('follow the calendar', () => {
    expect(chunkBounds('2026-01-31', '2026-05-01', 'P1M')).to.deep.equal([
      '2026-01-31',
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
      '2026-05-01',
    ]);
    expect(chunkBounds('2026-01-01', '2026-01-22', '1 week')).to.deep.equal([
      '2026-01-01',
      '2026-01-08',
      '2026-01-15',
      '2026-01-22',
    ]);
    expect(chunkBounds('2026-01-01T00:00:00Z', '2026-01-01T13:00:00Z', 'PT6H')).to.deep.equal([
      '2026-01-01T00:00:00Z',
      '2026-01-01T06:00:00Z',
      '2026-01-01T12:00:00Z',
      '2026-01-01T13:00:00Z',
    ]);
    expect(chunkBounds('2026-01-01 22:00+02:00', '2026-01-03 00:00+02:00', '1 day')).to.deep.equal([
      '2026-01-01 22:00:00+02:00',
      '2026-01-02 22:00:00+02:00',
      '2026-01-03 00:00+02:00',
    ]);
    expect(chunkBounds('2024-02-28', '2026-03-01', '1 year')).to.deep.equal([
      '2024-02-28',
      '2025-02-28',
      '2026-02-28',
      '2026-03-01',
    ]);
  });

  it('cover each number of the range once, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: -1200, max: 3200 }),
        (from, width, step, value) => {
          const to = from + width;
          const bounds = chunkBounds(from, to, step).map(Number);
          const chunks = bounds.slice(1).filter((end, i) => bounds[i]! <= value && value < end);
          expect(chunks.length).to.equal(from <= value && value < to ? 1 : 0);
          expect(bounds.slice(1).every((end, i) => end > bounds[i]!)).to.equal(true);
        },
      ),
    );
  });

  it('cover each moment of the range once', () => {
    const day = 86_400_000;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 1, max: 1500 }),
        fc.constantFrom('1 day', '2 weeks', 'P1M', 'P1Y', '3 months', 'P10D'),
        fc.integer({ min: 0, max: 1499 }),
        (start, days, step, offset) => {
          const text = (n: number): string => new Date(n * day).toISOString().slice(0, 10);
          const bounds = chunkBounds(text(start), text(start + days), step) as string[];
          const value = text(start + (offset % days));
          expect(bounds.slice(1).filter((end, i) => bounds[i]! <= value && value < end)).to.have.length(1);
        },
      ),
    );
  });

  const REFUSED: readonly (readonly [string, unknown, unknown, unknown, RegExp])[] = [
    ['an end before the beginning', 5, 5, 1, /nothing from 5 to before 5/],
    ['no width', 1, 5, 0, /cannot be 0 wide/],
    ['a width that goes back', 1, 5, -1, /cannot be -1 wide/],
    ['a span of time for numbers', 1, 5, '1 day', /cannot be 1 day wide/],
    ['a number for dates', '2026-01-01', '2026-02-01', 5, /"5" is no span of time/],
    ['hours for dates', '2026-01-01', '2026-02-01', 'PT6H', /dates cannot be stepped/],
    ['a day that the calendar lacks', '2026-02-30', '2026-03-01', '1 day', /neither a number nor a date/],
    ['two forms', '2026-01-01', '2026-02-01T00:00:00', '1 day', /from is 2026-01-01/],
    ['two offsets', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00+01:00', '1 day', /from is/],
    ['more chunks than a ledger holds', 0, 1_000_000, 1, /more than 10000 chunks/],
    ['an empty span', '2026-01-01', '2026-02-01', 'P', /no span of time/],
  ];
  for (const [what, from, to, step, says] of REFUSED)
    it(`refuse ${what}`, () => {
      const error = refusal(() => chunkBounds(from as string, to as string, step as string));
      expect(error.code).to.equal('DPONE_OPTION_CONFLICT');
      expect(error.message).to.match(says);
      expect(error.where).to.match(/^sink\.strategy\.backfill\.chunk\.(from|to|step)$/);
    });
});

describe('backfill', () => {
  it('is the inner strategy, of the rows of a chunk alone', () => {
    const chunk = { column: 'at', from: '2026-02-01', to: '2026-03-01' };
    const input = given({ options: options(), uniqueKey: ['id'], sink, chunk });
    const plan = backfill.plan(input);
    expect(plan.steps).to.deep.equal(incrementalMerge.plan(given({ uniqueKey: ['id'], sink })).steps);
    expect(plan.where).to.deep.equal({
      op: 'and',
      all: [
        { op: 'ge', column: 'at', value: '2026-02-01' },
        { op: 'lt', column: 'at', value: '2026-03-01' },
      ],
    });
    expect(plan.read).to.equal('all');
    expect(plan.chunks).to.equal(undefined);
    expect(plan.checks.at(-1)).to.deep.include({ id: 'chunk.inside', on: 'fail' });
  });

  it('as a whole says its chunks, how each is loaded and how many at once', () => {
    const { chunks } = backfill.plan(given({ options: options({ parallel_workers: 3 }), uniqueKey: ['id'], sink }));
    expect(chunks).to.deep.include({ innerMode: 'incremental_merge', workers: 3, maxAttempts: 3 });
    expect(chunks!.windows).to.have.length(6);
    expect(chunks!.windows[5]).to.deep.equal({ column: 'at', from: '2026-06-01', to: '2026-07-01' });
  });

  it('by replace deletes the rows of the chunk, and those alone', () => {
    const chunk = { column: 'at', from: '2026-02-01', to: '2026-03-01' };
    const plan = backfill.plan(given({ options: options({ inner_mode: 'replace' }), sink, chunk }));
    expect(plan.steps).to.deep.equal([{ op: 'delete', where: plan.where }, { op: 'append' }]);
  });

  it('by partition_replace leaves partitions of the target as they are: they may hold more than a chunk', () => {
    const plan = backfill.plan(given({ options: options({ inner_mode: 'partition_replace' }), sink }));
    expect(plan.steps).to.deep.equal([{ op: 'replace_partitions', column: 'at', native: 'never' }]);
  });

  it('reads a chunk whole, whatever the source has a cursor for', () => {
    const source = { ...SOURCE, cursors: ['new_files', 'column'] } as typeof SOURCE;
    const cursor = { kind: 'column', column: 'id' } as const;
    const plan = backfill.plan(given({ options: options(), uniqueKey: ['id'], sink, source, cursor }));
    expect(plan.read).to.equal('all');
    expect(plan.reasons.join('\n')).to.contain('the cursor id is not used');
  });

  const REFUSED: readonly (readonly [string, object, RegExp])[] = [
    ['no chunks', {}, /needs its chunks/],
    ['a merge without a key', options(), /needs a unique_key/],
    ['a window besides', options({ inner_mode: 'replace' }, { window: { column: 'at', from: 1 } }), /are its chunks/],
    [
      'partitions that chunks cut',
      options({ inner_mode: 'partition_replace' }, { partition: { column: 'region' } }),
      /would cut the partitions by region/,
    ],
    [
      'native partitions',
      options({ inner_mode: 'partition_replace' }, { partition: { require_native: true } }),
      /may hold more than a chunk/,
    ],
  ];
  it('refuses an inner strategy that the sink cannot do, and names those that it can', () => {
    const only = { ...sink, finalize: ['replace_all', 'append'] as const };
    const error = refusal(() => backfill.plan(given({ options: options({ inner_mode: 'replace' }), sink: only })));
    expect(error.code).to.equal('DPONE_CAPABILITY');
    expect(error.remedy).to.equal('Use an inner_mode that it can do: incremental_append.');
  });

  it('adds the rows of a chunk where the sink only adds', () => {
    const only = { ...sink, finalize: ['append'] as const };
    const { read, steps, where } = backfill.plan(
      given({ options: options({ inner_mode: 'incremental_append' }), sink: only }),
    );
    expect({ read, steps }).to.deep.equal({ read: 'all', steps: [{ op: 'append' }] });
    expect(where).to.not.equal(undefined);
  });

  for (const [what, some, says] of REFUSED)
    it(`refuses ${what}`, () => {
      const error = refusal(() => backfill.plan(given({ options: some as Record<string, unknown>, sink })));
      expect(error.message).to.match(says);
      expect(error.where).to.match(/^sink\.strategy/);
    });
});
