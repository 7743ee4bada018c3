import { isRawNumber, stableJson, type ExactJson, type JsonObject } from '@dpone/sdk';
import type { InferenceOptions } from './inference-options.js';

/** What the values of a column look like. */
export interface ColumnProfile {
  readonly name: string;
  readonly row_count: number;
  readonly null_count: number;
  readonly empty_string_count: number;
  readonly distinct_count: number;
  readonly distinct_ratio: number;
  readonly observed_types: readonly string[];
  readonly max_length: number | null;
}

/** Profiles of the columns, in the order in which they are met. */
export function profileRows(rows: readonly JsonObject[], options: InferenceOptions): Map<string, ColumnProfile> {
  const sample = rows.slice(0, options.max_sample_rows);
  const names = new Set(sample.flatMap((row) => Object.keys(row)));
  return new Map([...names].map((name) => [name, profile(name, sample, options)]));
}

function profile(name: string, rows: readonly JsonObject[], { empty_string_is_null }: InferenceOptions): ColumnProfile {
  const types = new Set<string>();
  const values = new Set<string>();
  let [nulls, empty] = [0, 0];
  let longest: number | null = null;
  for (const row of rows) {
    const value = row[name] ?? null;
    if (value === '') empty += 1;
    if (value === null || (value === '' && empty_string_is_null)) {
      nulls += 1;
      continue;
    }
    types.add(observedType(value));
    values.add(stableJson(value, 0));
    if (typeof value === 'string') longest = Math.max(longest ?? 0, Array.from(value).length);
  }
  const present = rows.length - nulls;
  return {
    name,
    row_count: rows.length,
    null_count: nulls,
    empty_string_count: empty,
    distinct_count: values.size,
    distinct_ratio: present === 0 ? 0 : values.size / present,
    observed_types: [...types].sort(),
    max_length: longest,
  };
}

function observedType(value: ExactJson): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  if (isRawNumber(value)) return 'decimal';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'string' ? textType(value) : 'json';
}

/** Text that looks like a number is one, but for codes: a number has no zeros in front, and no more digits than fit. */
function textType(text: string): string {
  const trimmed = text.trim();
  const number = /^[+-]?(\d+)?(?:\.(\d+)?)?(?:e[+-]?\d+)?$/i.exec(trimmed);
  if (number !== null && /\d/.test(trimmed)) {
    const [, whole = '', fraction = ''] = number;
    const code = /^0\d/.test(whole) || whole.length + fraction.length > 38;
    return code ? 'string' : 'decimal';
  }
  return /^.{4}-.{2}-/s.test(trimmed) && trimmed.length >= 10 ? 'timestamp' : 'string';
}
