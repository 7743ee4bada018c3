import type { FinalizeStep } from '@dpone/sdk';
import { keyAmong, keyParts } from './keys-sql.js';
import { AS, castStaged, createMade, insertMade, keyColumns, MADE, takeMade } from './made-sql.js';
import type { ProgramContext, Statement, Tally } from './program-context.js';
import { columnList, ident, tableName } from './sql.js';
import { sameText, workColumns } from './work-columns.js';

type Merge = FinalizeStep & { op: 'merge' };

/** Staged rows in the place of the work table's of the same key. A ReplacingMergeTree takes the place itself. */
export function mergeStatements(step: Merge, ctx: ProgramContext, add: (tally: Tally) => Statement): Statement[] {
  if (step.unlessSame !== undefined) return mergeChanged(step, step.unlessSame, ctx);
  if (ctx.replacing) return [add('inserted')];
  const { program, tables, work } = ctx;
  const removal: Statement = {
    sql: `DELETE FROM ${tableName(work)} WHERE ${keyAmong(step.key, keyColumns(ctx), tables.rows)}`,
    tally: 'removed_half',
  };
  const kept = keptColumns(step, ctx);
  if (kept.length === 0) return [removal, add('added_half')];
  const columns = columnList([...program.columns, ...kept.map((c) => c.name)]);
  const own = program.columns.map((c) => `__s.${ident(c.name)}`);
  // The target is not changed yet: its rows still have what is to be kept.
  const from = kept.map((c) => `CAST(__t.${ident(c.name)} AS ${c.type})`);
  const parts = (alias: string): string =>
    keyParts(step.key, keyColumns(ctx)).replaceAll(/`(?:[^`\\]|\\.)*`/g, (name) => `${alias}.${name}`);
  return [
    removal,
    {
      sql:
        `INSERT INTO ${tableName(work)} (${columns}) SELECT ${[...own, ...from].join(', ')} FROM ${tableName(tables.rows)} AS __s ` +
        `LEFT ANY JOIN ${tableName(program.load.target)} AS __t ON tuple(${parts('__s')}) = tuple(${parts('__t')}) ` +
        'SETTINGS join_use_nulls = 0',
      tally: 'added_half',
    },
  ];
}

/** `upsert` differs where the target has columns that staging lacks: matched rows keep their values of those. */
const keptColumns = ({ by }: Merge, ctx: ProgramContext) =>
  by === 'upsert' && ctx.facts !== null ? workColumns(ctx).filter((c) => !c.staged) : [];

/** Only staged rows that differ from the work table's of their key, which are found before any of them goes. */
function mergeChanged(step: Merge, unless: readonly string[], ctx: ProgramContext): Statement[] {
  const columns = workColumns(ctx);
  const names = columns.map((c) => c.name);
  const same = sameText([...step.key, ...unless], columns);
  const staged = `SELECT ${castStaged(columns)}, ${AS.written} AS ${MADE} FROM ${tableName(ctx.tables.rows)} AS __s`;
  const work = tableName(ctx.work);
  const changed = `SELECT ${columnList([...names, MADE])} FROM (${staged}) WHERE ${same} NOT IN (SELECT ${same} FROM ${work})`;
  const kept = new Set(keptColumns(step, ctx).map((c) => c.name));
  const key = (alias: string): string => sameText(step.key, columns, (name) => `${alias}.${ident(name)}`);
  const withKept =
    `SELECT ${[...names, MADE].map((name) => `${kept.has(name) ? '__t' : '__s'}.${ident(name)}`).join(', ')} FROM (${changed}) AS __s ` +
    `LEFT ANY JOIN ${work} AS __t ON ${key('__s')} = ${key('__t')} SETTINGS join_use_nulls = 0`;
  return [...createMade(ctx), insertMade(ctx, names, kept.size === 0 ? changed : withKept), ...takeMade(ctx, step.key)];
}
