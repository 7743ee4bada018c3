import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  laneRefuses,
  type CodecService,
  type FileLane,
  type FileTarget,
  type Lane,
  type LaneData,
  type LaneOffer,
  type PluginContext,
  type Schema,
} from '@dpone/sdk';
import { fromBatches, toBatches, type Fixture, type Row } from './fixtures/fixture.js';

const plain = (lane: FileLane, path: string): FileTarget => ({ lane, path, compression: 'none', format: {} });

/** The first reason why a lane cannot carry a schema, or undefined where it can. */
export function refusal(offer: LaneOffer, schema: Schema): string | undefined {
  for (const column of schema.columns) {
    const reason = offer.refuses?.(column) ?? laneRefuses(offer.id, column.type);
    if (reason !== undefined) return `${column.name}: ${reason}`;
  }
  return undefined;
}

/** What a source gave, as rows: byte lanes are decoded by the scenario's codecs. */
export async function laneRows(data: LaneData, lane: Lane, ctx: PluginContext): Promise<Row[]> {
  const decode = async (files: Parameters<Awaited<ReturnType<CodecService['for']>>['read']>[0]): Promise<Row[]> => {
    const codec = await ctx.codecs.for(files.lane);
    return fromBatches(codec.read(files, data.schema, ctx.signal), data.schema);
  };
  switch (data.transport) {
    case 'rows':
      return fromBatches(data.batches, data.schema);
    case 'pull':
      return decode(data.files);
    case 'push': {
      const target = plain(lane.id as FileLane, join(await ctx.tempDir(), `data.${lane.id}`));
      const written = await data.write(target, ctx.signal);
      const rows = await decode({ ...target, paths: [target.path] });
      if (written.rows !== rows.length)
        throw new Error(`${written.rows} rows were said to be written, the file has ${rows.length}.`);
      return rows;
    }
    case 'stream': {
      const path = join(await ctx.tempDir(), `data.${data.lane}`);
      await pipeline(data.stream, createWriteStream(path));
      const rows = await decode({ lane: data.lane, paths: [path], compression: 'none', format: data.format });
      const sent = await data.sent;
      if (sent !== undefined && sent !== rows.length)
        throw new Error(`${sent} rows were said to be sent, ${rows.length} arrived.`);
      return rows;
    }
  }
}

/** A fixture as a source would hand it to a sink on a lane. */
export async function fixtureData(fixture: Fixture, lane: Lane, ctx: PluginContext): Promise<LaneData> {
  const { schema } = fixture;
  if (lane.id === 'rows') return { transport: 'rows', schema, batches: asAsync(toBatches(fixture)) };
  const file = lane.id;
  const write = async (target: FileTarget, signal: AbortSignal): Promise<{ rows: number; bytes: number }> =>
    (await ctx.codecs.for(file, file)).write(asAsync(toBatches(fixture)), schema, target, signal);
  if (lane.transport === 'push') return { transport: 'push', schema, write };
  const target = plain(file, join(await ctx.tempDir(), `data.${file}`));
  await write(target, ctx.signal);
  if (lane.transport === 'pull') return { transport: 'pull', schema, files: { ...target, paths: [target.path] } };
  return {
    transport: 'stream',
    lane: file,
    schema,
    format: {},
    stream: createReadStream(target.path),
    sent: Promise.resolve(fixture.rows.length),
  };
}

async function* asAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}
