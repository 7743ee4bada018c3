import { fail, type Column } from '@dpone/sdk';
import type { DecoderFor } from './decode/decoder.js';
import { inferColumns } from './decode/infer-columns.js';
import { jsonDecoder } from './decode/json.js';
import { plainDecoder } from './decode/plain.js';
import { readLog, type LogOptions, type LogRange } from './log-reader.js';
import type { ReadOf } from './source-read.js';

/** What values of a read are made of, and how they are taken apart. */
export interface ValueFormat {
  readonly columns: readonly Column[];
  readonly decoder: DecoderFor;
}

export interface FormatOf extends ReadOf {
  readonly ranges: readonly LogRange[];
  readonly logOptions: LogOptions;
}

export async function valueFormat(of: FormatOf): Promise<ValueFormat> {
  const { options } = of.ctx;
  switch (options.message_format) {
    case 'string':
    case 'bytes': {
      const format = options.message_format;
      return { columns: plainDecoder(format, []).columns, decoder: (wanted) => plainDecoder(format, wanted) };
    }
    case 'json':
      return jsonFormat(of);
    default:
      return (await import('./registry/registry-format.js')).registryFormat(of);
  }
}

async function jsonFormat(of: FormatOf): Promise<ValueFormat> {
  const { topic, request, ctx } = of;
  const prefix = ctx.options.metadata_prefix;
  // The target's columns of metadata are no fields of a message.
  const metadata = new Set(ctx.options.metadata.map((name) => `${prefix}${name}`));
  const stated = request.hint?.columns.filter((c) => !metadata.has(c.name));
  const columns = inferColumns(await sample(of), stated === undefined ? undefined : { columns: stated });
  if (columns.length === 0 && of.ranges.length > 0 && ctx.options.tombstones === 'skip' && metadata.size === 0)
    throw fail('DPONE_SOURCE_READ', `${topic}: no message of the sample is a JSON object, so no column is known`, {
      where: `topic ${topic}`,
      remedy: 'State the columns (source.options.columns), or set message_format: string.',
    });
  const unknownFields = ctx.options.unknown_fields;
  return { columns, decoder: (wanted) => jsonDecoder({ columns, wanted, unknownFields }) };
}

const MIN_RESPONSE = 1 << 14;
const MAX_RESPONSE = 1 << 20;

/** Values from the beginning of each partition, as many of each. */
async function sample({ client, ranges, logOptions, ctx }: FormatOf): Promise<Buffer[]> {
  const each = Math.ceil(ctx.options.schema_sample_size / Math.max(1, ranges.length));
  // As if a message were a KiB: a topic of many partitions would else be sampled by a MiB of each, for every chunk.
  const maxBytes = Math.min(MAX_RESPONSE, Math.max(MIN_RESPONSE, each * 1024));
  const values: Buffer[] = [];
  for (const range of ranges) {
    let left = each;
    for await (const records of readLog(client, range, { ...logOptions, maxBytes })) {
      for (const value of records.values) if (value !== null && left-- > 0) values.push(value);
      if (left <= 0) break;
    }
  }
  return values;
}
