import { rm } from 'node:fs/promises';
import {
  fail,
  parseExactJson,
  isRawNumber,
  type CheckOutcome,
  type Column,
  type FinalizeResult,
  type LaneData,
  type LoadProgram,
  type LoadRef,
  type RejectedRow,
  type SinkLoad,
  type StageResult,
  type StagingCheck,
  type StagingSpec,
} from '@dpone/sdk';
import type { AvroValues } from './avro-values.js';
import { finalizeLoad, type FinalizeCall } from './finalize.js';
import { isObject, valueColumns } from './row-encoder.js';
import { stageRows } from './stage.js';
import { stagedParts, stagedRecords } from './staged-file.js';
import { Cursor } from './wire/cursor.js';

export interface LoadCall extends FinalizeCall {
  readonly folder: string;
  readonly load: LoadRef;
  readonly spec: StagingSpec;
}

/** The staging of one load: files of encoded records on this machine. Nothing of it is in Kafka. */
export class KafkaLoad implements SinkLoad {
  readonly #call: LoadCall;

  constructor(call: LoadCall) {
    this.#call = call;
  }

  async stage(
    data: LaneData,
    partition: number,
    onProgress: (rows: number, bytes: number) => void,
  ): Promise<StageResult> {
    if (data.transport !== 'rows') throw fail('DPONE_NO_LANE', `a kafka sink takes rows, not ${data.transport}`);
    const { folder, load, spec, ctx, names } = this.#call;
    const call = {
      folder,
      load,
      spec,
      options: ctx.options,
      topic: names.topic,
      signal: ctx.signal,
      avro: await this.#avro(),
    };
    return stageRows(call, data.batches, partition, onProgress);
  }

  /** What makes Avro of rows, where the values are Avro. */
  async #avro(): Promise<AvroValues | undefined> {
    const { spec, ctx, names } = this.#call;
    if (ctx.options.message_format !== 'avro') return undefined;
    const columns = valueColumns(spec, ctx.options);
    return (await import('./avro-values.js')).avroValues({ ctx, topic: names.topic, columns });
  }

  async count(): Promise<number> {
    return (await stagedParts(this.#call.folder)).reduce((sum, part) => sum + part.rows, 0);
  }

  async measure(checks: readonly StagingCheck[]): Promise<CheckOutcome[]> {
    const measured = await this.count();
    return checks.map((check) => {
      if (check.kind !== 'min_rows') throw fail('DPONE_CAPABILITY', `a kafka sink does not evaluate ${check.kind}`);
      return { check, violations: measured < check.rows ? 1 : 0, measured };
    });
  }

  quarantine(checks: readonly StagingCheck[]): Promise<number> {
    return Promise.reject(
      fail('DPONE_CAPABILITY', `a kafka sink does not evaluate ${checks.map((check) => check.id).join(', ')}`),
    );
  }

  async *rejected(): AsyncIterable<RejectedRow> {
    for (const part of await stagedParts(this.#call.folder)) yield* part.rejected;
  }

  async max(column: string): Promise<string | null> {
    const { spec, folder, ctx } = this.#call;
    const found = spec.columns.find((c) => c.name.toLowerCase() === column.toLowerCase());
    if (found === undefined) throw fail('DPONE_INTERNAL', `staging has no column ${column}`);
    if (!isObject(ctx.options) || ctx.options.headers.includes(found.name))
      throw fail('DPONE_CAPABILITY', `the largest ${column} is not known: it is no field of the messages`, {
        where: 'source.options.incremental_column',
        remedy: 'Use message_format: json or avro, and leave the column in the value.',
      });
    const avro = await this.#avro();
    const read = (value: Buffer): unknown =>
      avro === undefined ? jsonField(value, found) : avro.read(value, found.name);
    let largest: string | null = null;
    for (const part of await stagedParts(folder)) {
      for await (const { bytes, places } of stagedRecords(folder, part.partition))
        for (let at = 0; at < places.length; at += 3) {
          const text = textOf(bytes.subarray(places[at], places[at + 1]), read);
          if (text !== null && (largest === null || isLess(largest, text, found))) largest = text;
        }
      for (const { row } of part.rejected) {
        const value = (row as Record<string, unknown>)[found.name];
        const text = value === null || value === undefined ? null : `${value as string | number | boolean}`;
        if (text !== null && (largest === null || isLess(largest, text, found))) largest = text;
      }
    }
    return largest;
  }

  finalize(program: LoadProgram): Promise<FinalizeResult> {
    return finalizeLoad(this.#call, program);
  }

  async drop(): Promise<void> {
    await rm(this.#call.folder, { recursive: true, force: true });
  }
}

/** A field of a staged message, as text. */
function textOf(tail: Buffer, read: (value: Buffer) => unknown): string | null {
  const cursor = new Cursor(tail);
  const keyLength = cursor.varint();
  if (keyLength > 0) cursor.bytes(keyLength);
  const length = cursor.varint();
  const value = length < 0 ? null : (read(cursor.bytes(length)) ?? null);
  return value === null ? null : `${value as string | number | bigint | boolean}`;
}

function jsonField(value: Buffer, { name }: Column): unknown {
  const field = (parseExactJson(value.toString('utf8')) as Record<string, unknown>)[name];
  return isRawNumber(field) ? field.rawJSON : field;
}

/** By the values, not by their texts: `9` is less than `11`. */
function isLess(a: string, b: string, { type }: Column): boolean {
  if (!/^(?:u?int|decimal|float)/.test(type.kind)) return a < b;
  if (type.kind.startsWith('float')) return Number(a) < Number(b);
  const scale = type.kind === 'decimal' ? type.scale : 0;
  return units(a, scale) < units(b, scale);
}

function units(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(scale, '0'));
  return text.startsWith('-') ? -value : value;
}
