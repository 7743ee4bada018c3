import { fail, type Json, type ReadRequest } from '@dpone/sdk';
import { EARLIEST, LATEST, type KafkaClient } from './connection/client.js';
import type { Doing } from './errors.js';
import type { LogRange } from './log-reader.js';
import type { SourceOptions } from './options.js';

/** The state of the cursor `offsets`: where the next load goes on, by partition. */
interface OffsetState {
  readonly cluster: string;
  readonly topic: string;
  readonly partitions: Readonly<Record<string, number>>;
}

export interface ReadBounds {
  readonly ranges: readonly LogRange[];
  /** Where the load after this one goes on; null where the load leaves no state. */
  readonly state: Json;
  readonly warnings: readonly string[];
}

export interface BoundsOf {
  readonly client: KafkaClient;
  readonly topic: string;
  readonly options: SourceOptions;
  readonly request: Pick<ReadRequest, 'scope' | 'state' | 'maxRows'>;
  readonly doing: Doing;
}

const BEGIN_ANEW = 'Begin anew: dpone state reset <manifest> --yes.';

/**
 * Fixes what a read holds before a byte of it is read: of each partition from the stored offset to what may be read now.
 * A partition that the state does not know was added since, and is read from its beginning.
 */
export async function readBounds(of: BoundsOf): Promise<ReadBounds> {
  const { client, topic, options, request, doing } = of;
  const partitions = await client.partitions(topic, doing);
  if (partitions === null)
    throw fail('DPONE_SOURCE_NOT_FOUND', `there is no topic ${topic}`, { where: `topic ${topic}` });
  const state = request.state === null ? undefined : stateOf(request.state, of);
  const earliest = await client.offsets(topic, partitions, EARLIEST, options.isolation, doing);
  const latest = await client.offsets(topic, partitions, LATEST, options.isolation, doing);
  const starts = await startsOf(of, partitions, earliest, latest);
  const stops =
    options.time_window_end_ms === undefined
      ? latest
      : await atTime(of, partitions, options.time_window_end_ms, latest);
  const warnings: string[] = [];
  const open = partitions.map((partition): LogRange => {
    const first = earliest.get(partition)!;
    const stored = state?.partitions[String(partition)];
    // A partition that came after the state was left: all of it is new.
    const wanted = stored ?? (state === undefined ? starts.get(partition)! : first);
    if (stored !== undefined && stored > latest.get(partition)!)
      throw behind(topic, partition, stored, latest.get(partition)!);
    if (stored !== undefined && stored < first) {
      if (options.on_removed === 'fail') throw removed(topic, partition, stored, first);
      warnings.push(`${topic}: partition ${partition}: the messages from offset ${stored} to ${first - 1} are gone`);
    }
    const from = Math.max(wanted, first);
    return { partition, from, to: Math.max(from, stops.get(partition)!) };
  });
  const ranges = atMost(Math.min(options.max_records ?? Infinity, request.maxRows ?? Infinity), open);
  const next: OffsetState = {
    cluster: client.clusterId,
    topic,
    partitions: Object.fromEntries(ranges.map(({ partition, to }) => [String(partition), to])),
  };
  return { ranges, state: request.scope === 'all' ? null : (next as unknown as Json), warnings };
}

/** No more than so many offsets: of each partition as many, and what a short one leaves goes to the longer ones. */
function atMost(limit: number, ranges: readonly LogRange[]): LogRange[] {
  let left = limit;
  let parts = ranges.length;
  const cut = new Map<number, LogRange>();
  for (const range of ranges.toSorted((a, b) => a.to - a.from - (b.to - b.from))) {
    const size = Math.min(range.to - range.from, Math.ceil(left / parts));
    left -= size;
    parts--;
    cut.set(range.partition, { ...range, to: range.from + size });
  }
  return ranges.map(({ partition }) => cut.get(partition)!);
}

async function startsOf(
  of: BoundsOf,
  partitions: readonly number[],
  earliest: Map<number, number>,
  latest: Map<number, number>,
): Promise<Map<number, number>> {
  const { start_from: from, time_window_start_ms: start } = of.options;
  if (start !== undefined) return atTime(of, partitions, start, latest);
  return from === 'latest' ? latest : earliest;
}

/** The first offset of a time or later; the end where there is none. */
async function atTime(
  { client, topic, options, doing }: BoundsOf,
  partitions: readonly number[],
  ms: number,
  latest: Map<number, number>,
): Promise<Map<number, number>> {
  const found = await client.offsets(topic, partitions, ms, options.isolation, doing);
  return new Map(
    partitions.map((partition) => {
      const offset = found.get(partition) ?? -1;
      const end = latest.get(partition)!;
      return [partition, offset < 0 ? end : Math.min(offset, end)];
    }),
  );
}

function stateOf(given: Json, { client, topic }: BoundsOf): OffsetState {
  const state = given as unknown as Partial<OffsetState>;
  if (typeof state.partitions !== 'object' || state.partitions === null)
    throw fail('DPONE_INPUT_INVALID', 'the stored state holds no offsets', { remedy: BEGIN_ANEW });
  if (state.topic !== topic)
    throw fail('DPONE_OPTION_CONFLICT', `the state is of the topic ${state.topic}, the manifest names ${topic}`, {
      where: 'source.topic',
      remedy: `Name the former topic again. ${BEGIN_ANEW}`,
    });
  if (state.cluster !== client.clusterId)
    throw fail(
      'DPONE_SOURCE_READ',
      `${topic}: the state is of another cluster (${state.cluster}, this is ${client.clusterId}): its offsets mean nothing here`,
      { where: `topic ${topic}`, remedy: BEGIN_ANEW },
    );
  return state as OffsetState;
}

const removed = (topic: string, partition: number, stored: number, first: number): Error =>
  fail(
    'DPONE_SOURCE_READ',
    `${topic}: partition ${partition} begins at offset ${first}, and the last load ended at ${stored}: ${first - stored} offsets between are gone`,
    {
      where: `topic ${topic}`,
      remedy:
        'Go on with what is left by source.options.on_removed: continue; and keep messages longer (retention.ms).',
    },
  );

const behind = (topic: string, partition: number, stored: number, end: number): Error =>
  fail(
    'DPONE_SOURCE_READ',
    `${topic}: partition ${partition} ends at offset ${end}, and the last load ended at ${stored}: this is another topic under the same name, or a restored copy`,
    { where: `topic ${topic}`, remedy: BEGIN_ANEW },
  );
