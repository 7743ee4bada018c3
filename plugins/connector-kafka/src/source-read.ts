import {
  fail,
  type Column,
  type Json,
  type LaneData,
  type Partition,
  type ReadRequest,
  type RowBatch,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import type { KafkaClient } from './connection/client.js';
import { LINES_OFFER, lineStream, messageLines } from './copy-lines.js';
import type { Doing } from './errors.js';
import { readLog, type LogOptions, type LogRange } from './log-reader.js';
import { messageBatches } from './message-batches.js';
import { logIndex } from './log-index.js';
import { metadataColumns, type MetadataColumn } from './metadata-columns.js';
import { narrowRanges } from './narrow-ranges.js';
import { readBounds } from './offsets.js';
import type { KafkaConnection, Metadata, SourceOptions } from './options.js';
import { compilePredicate, indexOf } from './predicate.js';
import { valueFormat } from './value-format.js';
import { whereBounds, type PlaceOf } from './where-bounds.js';

export interface ReadOf {
  readonly client: KafkaClient;
  readonly topic: string;
  readonly request: ReadRequest;
  readonly ctx: SourceContext<KafkaConnection, SourceOptions>;
  readonly doing: Doing;
}

/** Opens a read whose beginning and end are fixed: whatever comes later is the next load's. */
export async function openRead(of: ReadOf): Promise<SourceRead> {
  const { client, topic, request, ctx, doing } = of;
  const { options, signal, log } = ctx;
  refuseCursor(request);
  const bounds = await readBounds({ client, topic, options, request, doing });
  for (const warning of bounds.warnings) log.warn(warning);
  const whole = bounds.ranges.filter(({ from, to }) => to > from);
  const identityOf = (read: readonly LogRange[]): Json => ({
    topic,
    cluster: client.clusterId,
    isolation: options.isolation,
    offsets: read.map(({ partition, from, to }) => ({ partition, from, to })),
  });
  if (request.state !== null && whole.length === 0) return nothingNew(identityOf(bounds.ranges));
  const logOptions: LogOptions = {
    topic,
    isolation: options.isolation,
    maxBytes: options.fetch_max_bytes,
    maxWaitMs: 500,
    doing,
    signal,
  };
  // The end first, the schemas after it: what a message before the end was written by is registered by then.
  // Of all messages, also where a condition leaves few to read: chunks of one backfill have the same columns.
  const format = await valueFormat({ ...of, ranges: whole, logOptions });
  const metadata = metadataColumns(options, topic);
  const all = [...format.columns, ...metadata.map((m) => m.column)];
  refuseTwice(all);
  const columns = request.columns?.map((name) => all[indexOf(name, all)]!) ?? all;
  const values = format.columns.filter((c) => columns.includes(c));
  const shown = metadata.filter((m) => columns.includes(m.column));
  const stand: readonly Column[] = [...values, ...shown.map((m) => m.column)];
  const order = columns.map((c) => stand.indexOf(c));
  const test = request.where === undefined ? undefined : compilePredicate(request.where, columns);
  const schema = { columns };
  const ranges =
    request.where === undefined || request.scope !== 'all'
      ? whole
      : await narrowRanges(
          whole,
          whereBounds(request.where, placeOf(columns, metadata, options)),
          logIndex({ ...of, options }),
        );

  async function* batches(own: readonly LogRange[]): AsyncGenerator<RowBatch> {
    for (const range of own)
      yield* messageBatches(readLog(client, range, logOptions), {
        topic,
        partition: range.partition,
        decoder: format.decoder(values.map((c) => c.name)),
        values,
        metadata: shown,
        order,
        test,
        tombstones: options.tombstones,
        badRows: request.badRows,
        batchSize: options.batch_size,
      });
  }

  async function* lines(own: readonly LogRange[], onRows: (rows: number) => void): AsyncGenerator<Buffer> {
    const decoder = format.decoder(values.map((c) => c.name));
    for (const range of own) {
      const of = {
        topic,
        partition: range.partition,
        decoder,
        values,
        metadata: shown,
        tombstones: options.tombstones,
      };
      yield* messageLines(readLog(client, range, logOptions), of, onRows);
    }
  }

  // As the messages come, all of each, and none set aside: then they need not be taken apart.
  const asTheyCome = values.length === format.columns.length && order.every((at, i) => at === i) && test === undefined;
  const asLines = options.message_format === 'json' && asTheyCome && request.badRows === 'fail';
  return {
    schema,
    estimate: { rows: sizeOf(ranges) },
    partitions: partitionsOf(ranges, request.parallel),
    lanes: [...(asLines ? [LINES_OFFER] : []), { id: 'rows', transport: 'rows', cost: 20 }],
    advance: bounds.state === null ? { kind: 'none' } : { kind: 'value', state: bounds.state },
    identity: identityOf(ranges === whole ? bounds.ranges : ranges),
    data: (partition, lane): Promise<LaneData> => {
      const own = partition.spec as unknown as LogRange[];
      if (lane.id === LINES_OFFER.id) return Promise.resolve(lineStream(schema, (onRows) => lines(own, onRows)));
      if (lane.id !== 'rows') throw fail('DPONE_NO_LANE', `a topic gives no ${lane.id}`);
      return Promise.resolve({ transport: 'rows', schema, batches: batches(own) });
    },
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Nothing is to be staged, so that no columns are needed. */
const nothingNew = (identity: Json): SourceRead => ({
  schema: { columns: [] },
  estimate: { rows: 0 },
  partitions: [],
  lanes: [],
  advance: { kind: 'none' },
  identity,
  data: () => Promise.reject(fail('DPONE_INTERNAL', 'there is nothing to read')),
  verify: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

/** Which columns are places in the topic, by which the brokers know where messages are. */
function placeOf(columns: readonly Column[], metadata: readonly MetadataColumn[], options: SourceOptions): PlaceOf {
  const places = new Map<Column, Metadata>(metadata.map(({ column }, i) => [column, options.metadata[i]!]));
  return (name) => {
    const kind = places.get(columns[indexOf(name, columns)]!);
    return kind === 'partition' || kind === 'offset' || kind === 'timestamp' ? kind : undefined;
  };
}

const sizeOf = (ranges: readonly LogRange[]): number => ranges.reduce((sum, { from, to }) => sum + to - from, 0);

/** The topic's partitions, dealt out so that each part is about as long as the others. */
function partitionsOf(ranges: readonly LogRange[], parallel: number): Partition[] {
  const parts: LogRange[][] = Array.from({ length: Math.min(parallel, ranges.length) }, () => []);
  for (const range of ranges.toSorted((a, b) => b.to - b.from - (a.to - a.from))) {
    const shortest = parts.reduce((a, b) => (sizeOf(b) < sizeOf(a) ? b : a));
    shortest.push(range);
  }
  return parts.map((part, index) => ({
    index,
    spec: part.toSorted((a, b) => a.partition - b.partition) as unknown as Json,
    estimate: { rows: sizeOf(part) },
  }));
}

function refuseCursor({ scope }: ReadRequest): void {
  if (scope === 'all' || scope.cursor === 'offsets') return;
  throw fail('DPONE_CAPABILITY', `a kafka source has no ${scope.cursor} cursor`, {
    where: 'source.options.incremental_strategy',
    remedy: 'It has: offsets.',
  });
}

function refuseTwice(columns: readonly Column[]): void {
  const twice = columns.find((c, i) => columns.findIndex((other) => other.name === c.name) !== i);
  if (twice !== undefined)
    throw fail('DPONE_OPTION_CONFLICT', `the messages have a field ${twice.name}, which is a column of metadata too`, {
      where: 'source.options.metadata_prefix',
      remedy: 'Choose another metadata_prefix, or leave the column out of metadata.',
    });
}
