import type { ApplyEventsStep } from '@dpone/sdk';
import { GONE, IN, KEY, ORDER } from './effects-sql.js';
import type { ProgramContext } from './program-context.js';
import { ident, tableName, text } from './sql.js';
import { workColumns } from './work-columns.js';

/** Whether an event can leave a column as it is: not the key, nor what dpone fills. */
export const canStay = (name: string, { key }: ApplyEventsStep): boolean =>
  !key.includes(name) && !name.startsWith('__dpone__');

/**
 * Of each key `f` the runs of events that its row comes of: the last one, the one that it hangs on, and so on. A run
 * hangs on the one that its key, or the key before, was in; where there is none on the target's row (0), and on nothing
 * where that was removed (-1).
 */
export function chainOf(step: ApplyEventsStep, { tables }: ProgramContext, lasts: string): string {
  const effects = tableName(tables.effects);
  const behind = step.deletes === 'apply' ? '-1' : `toInt64(p.${IN.run})`;
  const hangs = `multiIf(isNull(p.${ORDER}), 0, p.${GONE} = 0, toInt64(p.${IN.run}), ${behind})`;
  const runs =
    `SELECT __s.${KEY} AS k, toInt64(__s.${IN.run}) AS run, __s.${IN.from} AS above, assumeNotNull(${hangs}) AS hangs ` +
    `FROM (SELECT * FROM ${effects} WHERE ${IN.starts} = 1) AS __s ` +
    `ASOF LEFT JOIN (SELECT ${KEY}, ${ORDER}, ${GONE}, ${IN.run} FROM ${effects}) AS p ON p.${KEY} = __s.${IN.from} AND __s.${ORDER} > p.${ORDER}`;
  return (
    `WITH RECURSIVE runs AS (${runs}), chain AS (` +
    `SELECT __l.k AS f, r.k AS k, r.run AS run, r.above AS above, r.hangs AS hangs FROM ${lasts} AS __l INNER JOIN runs AS r ON r.k = __l.k AND r.run = toInt64(__l.run) ` +
    'UNION ALL SELECT __c.f, r.k, r.run, r.above, r.hangs FROM chain AS __c INNER JOIN runs AS r ON r.k = __c.above AND r.run = __c.hangs WHERE __c.hangs > 0) ' +
    'SELECT * FROM chain'
  );
}

/**
 * For each key `f` the values that its events wrote, each with how many wrote it: what the last of them left as it was
 * stands in one before, which may be of another key. `root` is the key of the target's row behind them all; NULL where
 * they begin with nothing.
 */
export function gatheredRows(step: ApplyEventsStep, ctx: ProgramContext): string {
  const [chain, events, effects] = [ctx.tables.chain, ctx.tables.events, ctx.tables.effects].map(tableName);
  const values = workColumns(ctx)
    .filter((c) => c.staged && canStay(c.name, step))
    .map((c) => {
      const wrote = `NOT has(__e.${IN.left}, ${text(c.name)})`;
      return `tuple(countIf(${wrote}), argMaxIf(tuple(__e.${ident(c.name)}), __e.${ORDER}, ${wrote})) AS ${ident(c.name)}`;
    });
  return (
    `(SELECT __c.f AS f, maxOrNullIf(__c.above, __c.hangs = 0) AS root, ${values.join(', ')} FROM ${chain} AS __c ` +
    `INNER JOIN ${effects} AS __x ON __x.${KEY} = __c.k AND toInt64(__x.${IN.run}) = __c.run AND __x.${GONE} = 0 ` +
    `INNER JOIN ${events} AS __e ON __e.${KEY} = __x.${KEY} AND __e.${ORDER} = __x.${ORDER} AND __e.${GONE} = 0 GROUP BY __c.f)`
  );
}
