import type { ApplyEventsStep } from '@dpone/sdk';
import { GONE, IN, KEY, ORDER } from './effects-sql.js';
import type { ProgramContext } from './program-context.js';
import { ident, tableName, text } from './sql.js';
import { workColumns } from './work-columns.js';

/**
 * For each key `f` the values that its events wrote, each with how many wrote it: what the last of them left as it was
 * stands in one before, which may be of another key. `root` is the key of the target's row behind them all; NULL where
 * they begin with nothing.
 *
 * A run of events hangs on the one that its key, or the key before, was in; where there is none on the target's row
 * (0), and on nothing where that was removed (-1).
 */
export function gatheredRows(step: ApplyEventsStep, ctx: ProgramContext, lasts: string): string {
  const { tables } = ctx;
  const [events, effects] = [tables.events, tables.effects].map(tableName);
  const hangs = (p: string): string => {
    const behind = step.deletes === 'apply' ? '-1' : `toInt64(${p}.${IN.run})`;
    return `multiIf(isNull(${p}.${ORDER}), 0, ${p}.${GONE} = 0, toInt64(${p}.${IN.run}), ${behind})`;
  };
  const runs =
    `SELECT s.${KEY} AS k, toInt64(s.${IN.run}) AS run, s.${IN.from} AS above, assumeNotNull(${hangs('p')}) AS hangs ` +
    `FROM (SELECT * FROM ${effects} WHERE ${IN.starts} = 1) AS s ` +
    `ASOF LEFT JOIN (SELECT ${KEY}, toNullable(${ORDER}) AS ${ORDER}, ${GONE}, ${IN.run} FROM ${effects}) AS p ON p.${KEY} = s.${IN.from} AND s.${ORDER} > p.${ORDER}`;
  const chain =
    `SELECT l.k AS f, r.k AS k, r.run AS run, r.above AS above, r.hangs AS hangs FROM ${lasts} AS l INNER JOIN runs AS r ON r.k = l.k AND r.run = toInt64(l.run) ` +
    'UNION ALL SELECT c.f, r.k, r.run, r.above, r.hangs FROM chain AS c INNER JOIN runs AS r ON r.k = c.above AND r.run = c.hangs WHERE c.hangs > 0';
  const values = workColumns(ctx)
    .filter((c) => c.staged && !step.key.includes(c.name))
    .map((c) => {
      const wrote = `NOT has(e.${IN.left}, ${text(c.name)})`;
      return `tuple(countIf(${wrote}), argMaxIf(tuple(e.${ident(c.name)}), e.${ORDER}, ${wrote})) AS ${ident(c.name)}`;
    });
  return (
    `(WITH RECURSIVE runs AS (${runs}), chain AS (${chain}) ` +
    `SELECT c.f AS f, maxOrNullIf(c.above, c.hangs = 0) AS root, ${values.join(', ')} FROM chain AS c ` +
    `INNER JOIN ${effects} AS x ON x.${KEY} = c.k AND toInt64(x.${IN.run}) = c.run AND x.${GONE} = 0 ` +
    `INNER JOIN ${events} AS e ON e.${KEY} = x.${KEY} AND e.${ORDER} = x.${ORDER} AND e.${GONE} = 0 GROUP BY c.f)`
  );
}
