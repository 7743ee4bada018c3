import { laneRefuses, typeName, type CanonicalType, type Column } from '@dpone/sdk';
import type { FilesLane } from './formats.js';

/** JSON numbers are read as doubles by most readers; longer ones are written as text, which a nested value cannot say. */
const JSON_DIGITS = 15;

/** What a format cannot keep of a column, or undefined where it keeps everything. */
export function formatRefuses(lane: FilesLane, column: Column): string | undefined {
  const { type } = column;
  const refused = laneRefuses(lane, type);
  if (refused !== undefined) return refused;
  if (lane === 'parquet') {
    if (holds(type, (t) => t.kind === 'interval')) return 'a parquet interval keeps milliseconds only';
    if (holds(type, (t) => t.kind === 'decimal' && t.precision > 38)) return 'a parquet decimal has at most 38 digits';
    if (holds(type, (t) => t.kind === 'time' && t.precision > 6)) return 'times are written with microseconds';
  }
  const nested = type.kind === 'array' || type.kind === 'struct' || type.kind === 'map';
  const long = (t: CanonicalType): boolean => t.kind === 'decimal' && t.precision > JSON_DIGITS;
  if (lane === 'jsonl' && nested && holds(type, long))
    return `a number within ${typeName(type)} keeps ${JSON_DIGITS} digits in JSON`;
  return undefined;
}

function holds(type: CanonicalType, test: (type: CanonicalType) => boolean): boolean {
  if (test(type)) return true;
  if (type.kind === 'array') return holds(type.item, test);
  if (type.kind === 'map') return holds(type.key, test) || holds(type.value, test);
  return type.kind === 'struct' && type.fields.some((field) => holds(field.type, test));
}
