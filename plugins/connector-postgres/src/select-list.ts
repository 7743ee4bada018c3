import { quoteIdent, type Column, type ConstantColumn, type FormatOptions, type LaneId } from '@dpone/sdk';
import { textLiteral } from './sql.js';
import { hasOwnKind, physicalName } from './types.js';

/** The columns as `COPY` is to write them on a lane, each under its own name. */
export const selectList = (columns: readonly Column[], lane: LaneId): string =>
  columns.map((c) => `${selected(c, lane)} AS ${quoteIdent(c.name)}`).join(', ');

function selected(column: Column, lane: LaneId): string {
  const name = quoteIdent(column.name);
  if (lane === 'parquet') return column.native !== undefined && !hasOwnKind(column.native.type) ? asText(name) : name;
  if (lane === 'csv') return csvValue(column, name);
  return name;
}

/**
 * The text that COPY's own text format has. A cast to text is another one for some types: it appends `/32` to an inet
 * and takes the blanks off a bpchar. A row of NULLs is no NULL.
 */
const asText = (name: string): string => `CASE WHEN ${name} IS DISTINCT FROM NULL THEN format('%s', ${name}) END`;

/** dpone's own dialect: `true` and `false`, and bytes as `\x00\xff`. */
function csvValue({ type }: Column, name: string): string {
  if (type.kind === 'bool') return `${name}::text`;
  if (type.kind === 'bytes') return `regexp_replace(encode(${name}, 'hex'), '(..)', '\\x\\1', 'g')`;
  return name;
}

/** Columns with one value for the whole read, behind the others. */
export const constantList = (constants: readonly ConstantColumn[]): string[] =>
  constants.map(({ name, type, value }) => {
    const physical = physicalName(type);
    const cast = 'type' in physical ? physical.type : 'text';
    const text = value === null ? 'NULL' : textLiteral(String(value));
    const typed = `${text}::${cast}`;
    return `${type.kind === 'bool' ? `(${typed})::text` : typed} AS ${quoteIdent(name)}`;
  });

/** How `COPY` writes a csv file as a format asks for it: NULL empty and unquoted, `''` quoted. */
export function csvOptions(format: FormatOptions): string {
  const quote = format.quote ?? '"';
  return [
    'FORMAT csv',
    `HEADER ${format.header ?? true}`,
    `DELIMITER ${textLiteral(format.delimiter ?? ',')}`,
    `QUOTE ${textLiteral(quote)}`,
    `ESCAPE ${textLiteral(format.escape ?? quote)}`,
    `NULL ${textLiteral(format.nulls?.[0] ?? '')}`,
    "ENCODING 'UTF8'",
  ].join(', ');
}
