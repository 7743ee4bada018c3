import type { TableRef } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import type { FreshMssql } from '@dpone/test-services';
import { quote } from './seed-table.js';

interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly scale: number;
}

/** The rows of a table, or null where there is none: every value as a text that the server makes. */
export async function readTable(db: FreshMssql, table: TableRef): Promise<readonly Row[] | null> {
  const name = `${quote(table.schema ?? 'dbo')}.${quote(table.name)}`;
  const columns = await db.sql<CatalogColumn>(
    `SELECT c.name AS name, t.name AS type, c.scale AS scale FROM sys.columns AS c INNER JOIN sys.types AS t ON t.user_type_id = c.user_type_id
     WHERE c.object_id = OBJECT_ID(N'${name.replaceAll("'", "''")}') ORDER BY c.column_id`,
  );
  if (columns.length === 0) return null;
  const list = columns.map((c, i) => `${asText(c)} AS c${i}`);
  const rows = await db.sql(`SELECT ${list.join(', ')} FROM ${name}`);
  return rows.map((row) => Object.fromEntries(columns.map((c, i) => [c.name, valueOf(c, row[`c${i}`])])));
}

function asText({ name, type }: CatalogColumn): string {
  const column = quote(name);
  switch (type) {
    case 'decimal':
    case 'bigint':
      return `CONVERT(varchar(41), ${column})`;
    case 'datetime2':
    case 'time':
    case 'date':
      return `CONVERT(varchar(34), ${column}, 121)`;
    case 'datetimeoffset':
      return `CONVERT(varchar(34), SWITCHOFFSET(${column}, '+00:00'), 121)`;
    default:
      return column;
  }
}

function valueOf({ type }: CatalogColumn, given: unknown): unknown {
  if (given === null || given === undefined) return null;
  const value = typeof given === 'string' ? given.trim() : '';
  switch (type) {
    case 'bigint':
      return BigInt(value);
    case 'decimal':
      return value;
    case 'datetime2':
      return value.replace(' ', 'T');
    case 'datetimeoffset':
      return `${value.slice(0, value.lastIndexOf(' ')).replace(' ', 'T')}Z`;
    case 'date':
    case 'time':
      return value;
    default:
      return given;
  }
}
