import { quoteIdent, type Predicate } from '@dpone/sdk';
import { conditionSql } from '@dpone/sdk/connector';
import { literal } from './sql.js';

/** A predicate as a SQL condition. */
export const predicateSql = (predicate: Predicate, column: (name: string) => string = quoteIdent): string =>
  conditionSql(predicate, { column, literal });
