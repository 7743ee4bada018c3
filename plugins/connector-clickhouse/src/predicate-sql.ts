import type { Predicate, PredicateValue } from '@dpone/sdk';
import { conditionSql } from '@dpone/sdk/connector';
import { ident, literal } from './sql.js';

/** A predicate as a SQL condition. */
export const predicateSql = (predicate: Predicate, column: (name: string) => string = ident): string =>
  conditionSql(predicate, {
    column,
    literal,
    isNull: (name, is) => `${is ? 'isNull' : 'isNotNull'}(${name})`,
    isIn,
  });

/** As in SQL: nothing is IN a NULL, and what is compared with one is never known to be absent. */
function isIn(column: string, values: readonly PredicateValue[], is: boolean): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || (!is && known.length < values.length)) return 'false';
  return `${column} ${is ? 'IN' : 'NOT IN'} (${known.map(literal).join(', ')})`;
}
