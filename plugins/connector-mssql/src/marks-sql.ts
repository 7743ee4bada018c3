import type { TableRef } from '@dpone/sdk';
import { DEFAULT_SCHEMA, textLiteral } from './sql.js';

/** The extended property that says whose a table of dpone's is. */
const PROPERTY = 'dpone';

const place = ({ schema, name }: TableRef): string =>
  `@level0type = N'SCHEMA', @level0name = ${textLiteral(schema ?? DEFAULT_SCHEMA)}, @level1type = N'TABLE', @level1name = ${textLiteral(name)}`;

/** Says in an extended property whose a table is, for a run that finds it after a crash. */
export const addMark = (table: TableRef, mark: object): string =>
  `EXEC sp_addextendedproperty @name = N'${PROPERTY}', @value = ${textLiteral(JSON.stringify(mark))}, ${place(table)}`;

export const changeMark = (table: TableRef, mark: object): string =>
  `EXEC sp_updateextendedproperty @name = N'${PROPERTY}', @value = ${textLiteral(JSON.stringify(mark))}, ${place(table)}`;

export const dropMark = (table: TableRef): string =>
  `EXEC sp_dropextendedproperty @name = N'${PROPERTY}', ${place(table)}`;

/** Every table of a schema that carries a mark. */
export const selectMarks = (schema: string): string =>
  'SELECT t.name AS name, CAST(p.value AS nvarchar(3750)) AS mark FROM sys.extended_properties AS p ' +
  'INNER JOIN sys.tables AS t ON t.object_id = p.major_id INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id ' +
  `WHERE p.class = 1 AND p.minor_id = 0 AND p.name = N'${PROPERTY}' AND s.name = ${textLiteral(schema)} ORDER BY t.name`;

/** What a mark says; undefined where somebody else wrote it. */
export function readMark<T extends object>(text: unknown): Partial<T> | undefined {
  try {
    const mark: unknown = JSON.parse(String(text));
    return typeof mark === 'object' && mark !== null ? mark : undefined;
  } catch {
    return undefined;
  }
}
