import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  fail,
  type FileLane,
  type FileSet,
  type LaneData,
  type PluginContext,
  type RejectedRow,
  type RowBatch,
} from '@dpone/sdk';
import type { Route } from '../plan/lanes.js';

/** A partition's data as the sink takes it, and what the source's side says it sent. */
export interface RoutedData {
  readonly data: LaneData;
  /** Rows sent, once staging is done; undefined where the source's side cannot say. */
  sent(): Promise<number | undefined>;
  /** Removes the spool files. */
  close(): Promise<void>;
}

/** Keeps what the source could not read. */
export type KeepUnread = (rows: readonly RejectedRow[]) => Promise<void>;

/** Brings what the source gives into the form that the sink takes: as it is, through a spool file, or through a codec. */
export async function routeData(
  given: LaneData,
  route: Route,
  context: PluginContext,
  name: string,
  keep: KeepUnread,
): Promise<RoutedData> {
  if (given.transport !== route.from.transport)
    throw fail('DPONE_INTERNAL', `the source gave ${given.transport} where ${route.from.transport} was planned`);
  const direct = !route.codec && route.from.transport === route.into.transport;
  return direct ? counted(given, keep) : spooled(given, route, context, name);
}

function counted(given: LaneData, keep: KeepUnread): RoutedData {
  const none = (): Promise<void> => Promise.resolve();
  switch (given.transport) {
    case 'pull':
      return { data: given, sent: () => Promise.resolve(given.sent), close: given.release ?? none };
    case 'stream':
      return { data: given, sent: () => given.sent, close: none };
    case 'push': {
      let rows: number | undefined;
      const write: typeof given.write = async (target, signal, constants) => {
        const written = await given.write(target, signal, constants);
        rows = (rows ?? 0) + written.rows;
        return written;
      };
      return { data: { ...given, write }, sent: () => Promise.resolve(rows), close: none };
    }
    case 'rows': {
      let rows = 0;
      async function* batches(source: AsyncIterable<RowBatch>): AsyncIterable<RowBatch> {
        for await (const batch of source) {
          const { rejected, ...rest } = batch;
          if (rejected !== undefined) await keep(rejected);
          if (rejected !== undefined && batch.rows === 0) continue;
          rows += batch.rows;
          yield rest;
        }
      }
      return {
        data: { ...given, batches: batches(given.batches) },
        sent: () => Promise.resolve(rows),
        close: none,
      };
    }
  }
}

async function spooled(given: LaneData, route: Route, context: PluginContext, name: string): Promise<RoutedData> {
  const folder = await context.tempDir();
  const paths: string[] = [];
  const close = async (): Promise<void> => {
    for (const path of paths) await rm(path, { force: true });
    if (given.transport === 'pull') await given.release?.();
  };
  const newPath = (lane: string): string => {
    const path = join(folder, `${name}.${lane}`);
    paths.push(path);
    return path;
  };
  try {
    const { files, rows } = await toFiles(given, route.from.id as FileLane, newPath, context);
    if (!route.codec) return { data: { transport: 'pull', files, schema: given.schema }, sent: rows, close };
    const lane = route.into.id as FileLane;
    const to = { lane, path: newPath(lane), compression: 'none', format: {} } as const;
    const codec = await context.codecs.for(files.lane, lane);
    const request = { from: files, to, schema: given.schema, constants: [], badRows: 'fail' } as const;
    const converted = await codec.convert(request, context.signal);
    const sent = await rows();
    if (sent !== undefined && sent !== converted.rows)
      throw fail('DPONE_COUNT_MISMATCH', `the source sent ${sent} rows, the codec read ${converted.rows}`);
    const set: FileSet = { lane, paths: [to.path], compression: 'none', format: {} };
    return { data: { transport: 'pull', files: set, schema: given.schema }, sent: async () => converted.rows, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function toFiles(
  given: LaneData,
  lane: FileLane,
  newPath: (lane: string) => string,
  context: PluginContext,
): Promise<{ files: FileSet; rows: () => Promise<number | undefined> }> {
  switch (given.transport) {
    case 'pull':
      return { files: given.files, rows: () => Promise.resolve(given.sent) };
    case 'push': {
      const path = newPath(`${lane}.spool`);
      const target = { lane, path, compression: 'none', format: {} } as const;
      const { rows } = await given.write(target, context.signal);
      return { files: { lane, paths: [path], compression: 'none', format: {} }, rows: () => Promise.resolve(rows) };
    }
    case 'stream': {
      const path = newPath(`${given.lane}.spool`);
      await pipeline(given.stream, createWriteStream(path), { signal: context.signal });
      return {
        files: { lane: given.lane, paths: [path], compression: 'none', format: given.format },
        rows: () => given.sent,
      };
    }
    case 'rows':
      throw fail('DPONE_INTERNAL', 'rows were planned into a file');
  }
}
