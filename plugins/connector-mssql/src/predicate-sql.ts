import type { Predicate, PredicateValue } from '@dpone/sdk';
import { conditionSql } from '@dpone/sdk/connector';
import { literal, quoteName } from './sql.js';

/** SQL Server has no literals of truth. */
export const ALWAYS = '1 = 1';
export const NEVER = '1 = 0';

type Literal = (value: PredicateValue, column: string) => string;

/** A predicate as a SQL condition. */
export const predicateSql = (predicate: Predicate, value: Literal = literal): string =>
  conditionSql(predicate, { column: quoteName, literal: value, always: ALWAYS, never: NEVER });
