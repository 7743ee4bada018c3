import type { CanonicalType } from '@dpone/sdk';
import type { Fixture } from '@dpone/testkit';
import { physicalName } from '../../dist/types.js';

export const quote = (name: string): string => `[${name.replaceAll(']', ']]')}]`;

const text = (value: string): string => `N'${value.replaceAll("'", "''")}'`;

/** A SQL literal of a value in the rows lane's form. */
function sqlValue(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  switch (type.kind) {
    case 'bool':
      return value === true ? '1' : '0';
    case 'bytes':
      return `0x${Buffer.from(value as Uint8Array).toString('hex')}`;
    case 'string':
    case 'json':
    case 'uuid':
      return text(value as string);
    case 'date':
    case 'time':
    case 'timestamp':
      return `CAST(${text(value as string)} AS ${sqlType(type)})`;
    case 'float32':
    case 'float64':
      return Number(value).toExponential();
    default:
      return (value as bigint | number).toString();
  }
}

export function sqlType(type: CanonicalType): string {
  const physical = physicalName(type);
  if ('refused' in physical) throw new Error(physical.refused);
  return physical.type;
}

export const createTable = (name: string, { schema }: Fixture): string =>
  `CREATE TABLE ${name} (${schema.columns
    .map((c) => `${quote(c.name)} ${sqlType(c.type)} ${c.nullable ? 'NULL' : 'NOT NULL'}`)
    .join(', ')});`;

export function insertRows(name: string, { schema, rows }: Fixture): string {
  const into = `INSERT INTO ${name} (${schema.columns.map((c) => quote(c.name)).join(', ')})`;
  return rows
    .map((row) => `${into} VALUES (${schema.columns.map((c) => sqlValue(row[c.name], c.type)).join(', ')});`)
    .join('\n');
}
