import { quoteIdent, type CanonicalType } from '@dpone/sdk';
import type { Fixture } from '@dpone/testkit';
import { physicalName } from '../../dist/types.js';

/** A SQL literal of a value in the rows lane's form. */
function sqlValue(value: unknown, type: CanonicalType): string {
  if (value === null || value === undefined) return 'NULL';
  const quoted = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  if (type.kind === 'bytes') return quoted(`\\x${Buffer.from(value as Uint8Array).toString('hex')}`);
  if (type.kind === 'array')
    return `ARRAY[${(value as unknown[]).map((v) => sqlValue(v, type.item)).join(', ')}]::${sqlType(type)}`;
  return quoted((value as string | number | bigint | boolean).toString());
}

export function sqlType(type: CanonicalType): string {
  const physical = physicalName(type);
  if ('refused' in physical) throw new Error(physical.refused);
  return physical.type;
}

/** Statements that make a table of a fixture; the first of several columns is not null. */
export const createTable = (name: string, { schema }: Fixture): string =>
  `CREATE TABLE ${name} (${schema.columns
    .map((c) => `${quoteIdent(c.name)} ${sqlType(c.type)}${c.nullable ? '' : ' NOT NULL'}`)
    .join(', ')});`;

export function insertRows(name: string, { schema, rows }: Fixture): string {
  if (rows.length === 0) return '';
  const values = rows.map((row) => `(${schema.columns.map((c) => sqlValue(row[c.name], c.type)).join(', ')})`);
  return `INSERT INTO ${name} (${schema.columns.map((c) => quoteIdent(c.name)).join(', ')}) VALUES ${values.join(', ')};`;
}
