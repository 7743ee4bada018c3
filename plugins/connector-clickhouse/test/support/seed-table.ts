import type { CanonicalType, Column } from '@dpone/sdk';
import type { Fixture } from '@dpone/testkit';
import { ident, text } from '../../dist/sql.js';
import { columnType, commentOf } from '../../dist/types.js';

const typeOf = (column: Column): string => {
  const type = columnType(column);
  return 'type' in type ? type.type : 'String';
};

export const createTable = (name: string, { schema }: Fixture): string =>
  `CREATE TABLE ${name} (${schema.columns.map((c) => `${ident(c.name)} ${typeOf(c)} COMMENT ${text(commentOf(c) ?? '')}`).join(', ')}) ENGINE = MergeTree ORDER BY tuple()`;

/** The rows as literals of ClickHouse's SQL. */
export const insertRows = (name: string, { schema, rows }: Fixture): string =>
  `INSERT INTO ${name} VALUES ${rows
    .map((row) => `(${schema.columns.map((c) => literal(row[c.name], c.type, typeOf(c))).join(', ')})`)
    .join(', ')}`;

function literal(value: unknown, type: CanonicalType, physical: string): string {
  if (value === null || value === undefined) return 'NULL';
  return `CAST(${bare(value, type)} AS ${physical})`;
}

function bare(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  switch (type.kind) {
    case 'bytes':
      return `unhex('${Buffer.from(value as Uint8Array).toString('hex')}')`;
    case 'timestamp':
      return text((value as string).replace('T', ' ').replace('Z', ''));
    case 'array':
      return `[${(value as unknown[]).map((one) => bare(one, type.item)).join(', ')}]`;
    case 'map':
      return `map(${(value as [unknown, unknown][]).flatMap(([k, v]) => [bare(k, type.key), bare(v, type.value)]).join(', ')})`;
    case 'struct':
      return `tuple(${type.fields.map((f) => bare((value as Record<string, unknown>)[f.name], f.type)).join(', ')})`;
    case 'bool':
    case 'float32':
    case 'float64':
      return `${value as number}`;
    default:
      return text(`${value as string}`);
  }
}
