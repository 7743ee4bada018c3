import type { Column, LaneId } from '@dpone/sdk';
import { ident } from './sql.js';
import { jsonColumn, utf8Inside } from './rows-json.js';

/** The columns as a lane carries them, each under its own name. */
export const selectList = (columns: readonly Column[], lane: LaneId): string =>
  columns.map((c) => `${selected(c, lane)} AS ${ident(c.name)}`).join(', ');

function selected(column: Column, lane: LaneId): string {
  const ref = `t.${ident(column.name)}`;
  const { type } = column;
  switch (lane) {
    case 'native':
      return ref;
    case 'rows':
      return jsonColumn(column, ref).select;
    case 'parquet':
      return parquetValue(column, ref);
    case 'pg-copy-text':
      if (type.kind === 'bytes') return `concat('\\\\x', hex(${ref}))`;
      if (type.kind === 'timestamp' && type.tz) return `concat(toString(toTimeZone(${ref}, 'UTC')), '+00')`;
      return textValue(column, ref);
    default:
      if (type.kind === 'bytes') return `replaceRegexpAll(hex(${ref}), '(..)', '\\\\\\\\x\\\\1')`;
      if (type.kind === 'timestamp' && type.tz) return `concat(toString(toTimeZone(${ref}, 'UTC')), '+00')`;
      return textValue(column, ref);
  }
}

/** Times of a day and texts are held against what their lanes can say. */
const textValue = (column: Column, ref: string): string =>
  ['string', 'json', 'time'].includes(column.type.kind) ? jsonColumn(column, ref).select : ref;

function parquetValue(column: Column, ref: string): string {
  switch (column.type.kind) {
    case 'string':
    case 'json':
    case 'time':
      return jsonColumn(column, ref).select;
    case 'uuid':
      return `toString(${ref})`;
    case 'timestamp':
      return column.type.tz ? `toTimeZone(${ref}, 'UTC')` : ref;
    case 'array':
    case 'map':
    case 'struct':
      return utf8Inside(column, ref);
    default:
      return ref;
  }
}
