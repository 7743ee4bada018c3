import type { LaneData, ReadRequest, RowBatch, Source, SourceContext, SourceDefinition, SourceRead } from '@dpone/sdk';
import { SOURCE_BEHAVIOURS, type SourceScenario } from '@dpone/testkit';
import { sourceScenario as whole } from '../systems/acme.js';
import { catches } from './catches.js';

const define = (change: Partial<SourceDefinition>): SourceScenario => ({
  ...whole,
  definition: { ...whole.definition, ...change },
});

const source = (change: (given: Source) => Partial<Source>): SourceScenario =>
  define({
    create: async (ctx) => {
      const given = await whole.definition.create(ctx);
      return { ...given, ...change(given) };
    },
  });

const asked = (change: (request: ReadRequest) => ReadRequest): SourceScenario =>
  source((given) => ({ open: (request) => given.open(change(request)) }));

const read = (change: (given: SourceRead) => Partial<SourceRead>): SourceScenario =>
  source((given) => ({
    open: async (request) => {
      const opened = await given.open(request);
      return { ...opened, ...change(opened) };
    },
  }));

type Rows = Extract<LaneData, { transport: 'rows' }>;

const data = (change: (given: Rows) => Rows): SourceScenario =>
  read((given) => ({ data: async (partition, lane) => change((await given.data(partition, lane)) as Rows) }));

async function* each(
  batches: AsyncIterable<RowBatch>,
  change: (batch: RowBatch) => RowBatch,
): AsyncGenerator<RowBatch> {
  for await (const batch of batches) yield change(batch);
}

const withoutFirst = (batch: RowBatch): RowBatch => ({
  rows: batch.rows - 1,
  columns: batch.columns.map((c) => c.slice(1)),
});
const rounded = (batch: RowBatch): RowBatch => ({
  ...batch,
  columns: batch.columns.map((c) => c.map((v) => (typeof v === 'bigint' ? BigInt(Number(v)) : v))),
});
const without =
  (key: 'columns' | 'where') =>
  (request: ReadRequest): ReadRequest => {
    const rest: { columns?: unknown; where?: unknown } = { ...request };
    delete rest[key];
    return rest as ReadRequest;
  };
const crash = (): never => {
  throw new Error('ENOENT: no such file\n    at somewhere');
};

describe('source behaviours catch broken sources', () => {
  catches<SourceScenario>(SOURCE_BEHAVIOURS, [
    {
      behaviour: 'source.definition',
      how: 'shows another type in its example',
      scenario: define({ example: { type: 'other' } }),
      says: /example\.type/,
    },
    {
      behaviour: 'source.checks',
      how: 'checks nothing',
      scenario: source(() => ({ check: async () => [] })),
      says: /tried nothing/,
    },
    {
      behaviour: 'source.checks',
      how: 'is red where it works',
      scenario: source(() => ({ check: async () => [{ name: 'x', status: 'fail', message: 'no' }] })),
      says: /red where a read works/,
    },
    {
      behaviour: 'source.describes-schema',
      how: 'states narrower types',
      scenario: read(({ schema }) => ({
        schema: { columns: schema.columns.map((c) => ({ ...c, type: { kind: 'int8' } })) },
      })),
      says: /does not hold/,
    },
    {
      behaviour: 'source.reads-all-once',
      how: 'loses a row',
      scenario: data((d) => ({ ...d, batches: each(d.batches, withoutFirst) })),
      says: /missing \(1\)/,
    },
    {
      behaviour: 'source.reads-all-once',
      how: 'takes empty text for NULL',
      scenario: data((d) => ({
        ...d,
        batches: each(d.batches, (b) => ({ ...b, columns: b.columns.map((c) => c.map((v) => (v === '' ? null : v))) })),
      })),
      says: /customer=NULL/,
    },
    {
      behaviour: 'source.reads-empty',
      how: 'has no columns without rows',
      scenario: read(() => ({ schema: { columns: [] } })),
      says: /Columns are/,
    },
    {
      behaviour: 'source.reads-all-types',
      how: 'takes 64-bit integers through a double',
      scenario: data((d) => ({ ...d, batches: each(d.batches, rounded) })),
      says: /unexpected/,
    },
    {
      behaviour: 'source.reads-awkward-names',
      how: 'folds the case of names',
      scenario: data((d) => ({
        ...d,
        schema: { columns: d.schema.columns.map((c) => ({ ...c, name: c.name.toLowerCase() })) },
      })),
      says: /Mixed Case=NULL/,
    },
    {
      behaviour: 'source.projects',
      how: 'reads every column',
      scenario: asked(without('columns')),
      says: /Columns are/,
    },
    {
      behaviour: 'source.lanes-agree',
      how: 'offers a lane that it does not declare',
      scenario: read(() => ({ lanes: [{ id: 'csv', transport: 'stream', cost: 1 }] })),
      says: /not declared/,
    },
    {
      behaviour: 'source.pushes-predicates',
      how: 'ignores predicates',
      scenario: asked(without('where')),
      says: /unexpected/,
    },
    {
      behaviour: 'source.partitions-cover',
      how: 'reads the first partition twice',
      scenario: read((r) => ({ data: (p, lane) => r.data(r.partitions[p.index === 1 ? 0 : p.index]!, lane) })),
      says: /missing/,
    },
    {
      behaviour: 'source.increments-by-cursor',
      how: 'forgets its state',
      scenario: asked((r) => ({ ...r, state: null })),
      says: /nothing is new/,
    },
    {
      behaviour: 'source.missing-is-named',
      how: 'crashes',
      scenario: source(() => ({ open: async () => crash() })),
      says: /something else was thrown/,
    },
    {
      behaviour: 'source.unreachable-is-named',
      how: 'crashes',
      scenario: define({ create: crash }),
      says: /something else was thrown/,
    },
    {
      behaviour: 'source.cancels',
      how: 'does not listen',
      scenario: define({
        create: (ctx: SourceContext<unknown, unknown>) =>
          whole.definition.create({ ...ctx, signal: new AbortController().signal }),
      }),
      says: /cancelled before it began/,
    },
  ]);
});
