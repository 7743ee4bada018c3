import type { LogRange } from './log-reader.js';
import type { WhereBounds } from './where-bounds.js';

/** What the broker knows of a topic without reading it. */
export interface LogIndex {
  /**
   * Of each partition the earliest offset whose timestamp is this time (ms since 1970) or later; negative, or none, where
   * no message has one.
   */
  firstAt(partitions: readonly number[], ms: number): Promise<ReadonlyMap<number, number>>;
  /** Whether the broker stamped the batch that holds this offset (LogAppendTime); false where that is not known. */
  isStamped(partition: number, offset: number): Promise<boolean>;
}

/**
 * How far the clocks of brokers may go back, between one leader and the next or on one of them, before a message that was
 * stamped late is missed. Kafka allows the clocks of producers as much (message.timestamp.after.max.ms, one hour):
 * https://kafka.apache.org/documentation/#topicconfigs_message.timestamp.after.max.ms
 */
export const CLOCK_ALLOWANCE_MS = 3_600_000;

/**
 * The part of each range that holds every message within the bounds.
 *
 * Partitions and offsets bound it on both sides, and a time from below: before the earliest offset of a time every
 * message is older, whoever stamped it. From above a time bounds it only where the brokers stamp messages as they come.
 * Where producers do, a message of the time may stand behind any number of later ones, and the range keeps its end.
 */
export async function narrowRanges(
  ranges: readonly LogRange[],
  { partition, offset, timestamp }: WhereBounds,
  index: LogIndex,
): Promise<readonly LogRange[]> {
  const inside = ranges
    .filter((range) => range.partition >= partition.from && range.partition < partition.to)
    .map((range) => clip(range, offset.from, offset.to));
  // No message has a time before 1970: a negative one says that its producer gave none.
  if (timestamp.from >= timestamp.to || timestamp.to <= 0) return [];
  const begun = await fromTime(inside.filter(isOpen), timestamp.from, index);
  return untilTime(begun.filter(isOpen), timestamp.to, index);
}

const isOpen = ({ from, to }: LogRange): boolean => from < to;

function clip(range: LogRange, from: number, to: number): LogRange {
  const begin = Math.max(range.from, from);
  return { ...range, from: begin, to: Math.max(begin, Math.min(range.to, to)) };
}

const partitionsOf = (ranges: readonly LogRange[]): number[] => ranges.map(({ partition }) => partition);

async function fromTime(ranges: readonly LogRange[], ms: number, index: LogIndex): Promise<readonly LogRange[]> {
  if (ms <= 0 || ranges.length === 0) return ranges;
  const first = await index.firstAt(partitionsOf(ranges), ms);
  return ranges.map((range) => {
    const offset = first.get(range.partition) ?? -1;
    return clip(range, offset < 0 ? range.to : offset, Infinity);
  });
}

async function untilTime(ranges: readonly LogRange[], ms: number, index: LogIndex): Promise<readonly LogRange[]> {
  if (!Number.isFinite(ms) || ranges.length === 0) return ranges;
  const first = await index.firstAt(partitionsOf(ranges), ms + CLOCK_ALLOWANCE_MS);
  const narrowed: LogRange[] = [];
  for (const range of ranges) {
    const { partition, to } = range;
    const end = first.get(partition) ?? -1;
    // The setting may have changed: the log itself says who stamped what stands behind the time, and what came last.
    const proven =
      end >= 0 && end < to && (await index.isStamped(partition, end)) && (await index.isStamped(partition, to - 1));
    narrowed.push(proven ? clip(range, -Infinity, end) : range);
  }
  return narrowed.filter(isOpen);
}
