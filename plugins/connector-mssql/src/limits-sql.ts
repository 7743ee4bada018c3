import type { ChangeLimits } from '@dpone/sdk';
import { textLiteral } from './sql.js';

/**
 * Statements within the limits that a manifest sets for changes of a table. What is set in a string that is executed ends
 * with it (https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql#considerations).
 */
export function limited(statements: readonly string[], { lockSeconds }: ChangeLimits = {}): string[] {
  if (lockSeconds === undefined) return [...statements];
  const timeout = `SET LOCK_TIMEOUT ${lockSeconds === 0 ? -1 : lockSeconds * 1000}`;
  return statements.map((sql) => `EXEC (${textLiteral(`${timeout}; ${sql}`)})`);
}
