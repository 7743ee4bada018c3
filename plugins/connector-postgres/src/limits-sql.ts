import type { ChangeLimits } from '@dpone/sdk';

/** Statements within the limits that a manifest sets for changes of a table; what comes after them has the connection's own. */
export function limited(statements: readonly string[], limits: ChangeLimits = {}): string[] {
  const set = [
    ...setting('lock_timeout', limits.lockSeconds),
    ...setting('statement_timeout', limits.statementSeconds),
  ];
  if (statements.length === 0 || set.length === 0) return [...statements];
  return [
    ...set.map(([name, value]) => `SET LOCAL ${name} = '${value}s'`),
    ...statements,
    ...set.map(([name]) => `SET LOCAL ${name} TO DEFAULT`),
  ];
}

const setting = (name: string, seconds: number | undefined): [string, number][] =>
  seconds === undefined ? [] : [[name, seconds]];
