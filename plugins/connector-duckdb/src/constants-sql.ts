import { quoteIdent, type Column, type ConstantColumn } from '@dpone/sdk';
import { literal, sqlType } from './sql.js';

/** Columns with one value for every row, as columns. */
export const constantColumns = (constants: readonly ConstantColumn[]): Column[] =>
  constants.map(({ name, type }) => ({ name, type, nullable: true }));

/** The same as items of a SELECT list. */
export const constantValues = (constants: readonly ConstantColumn[]): string[] =>
  constantColumns(constants).map(
    (column, i) => `CAST(${literal(constants[i]!.value)} AS ${sqlType(column)}) AS ${quoteIdent(column.name)}`,
  );
