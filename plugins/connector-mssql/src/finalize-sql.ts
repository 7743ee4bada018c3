import { fail, type Column, type FinalizeStep, type LoadProgram, type SchemaChange } from '@dpone/sdk';
import { copyToBackup } from './backup-sql.js';
import { eventStatements } from './events-sql.js';
import { limited } from './limits-sql.js';
import { mergeStatements, HELD } from './merge-sql.js';
import { instant } from './meta-sql.js';
import { predicateSql } from './predicate-sql.js';
import {
  insertStaged,
  madeColumns,
  plain,
  refuseCascade,
  type ProgramContext,
  type Statement,
} from './program-context.js';
import { renamedFacts, renameStatements } from './rename-columns.js';
import { BINARY, keysEqual, keysMatch, literalFor, quoteName, tableName } from './sql.js';
import { collate } from './staging-sql.js';
import { countHeld, swapRefused, swapStatements } from './swap-sql.js';
import { toColumn, type ColumnFacts, type TableFacts } from './target.js';
import { parseNative } from './types.js';
import { versionStatements } from './versions-sql.js';

const swaps = ({ steps: [first, ...rest] }: LoadProgram): boolean =>
  first?.op === 'replace_all' && first.by === 'swap' && rest.length === 0;

/** Everything between BEGIN and the receipt, in order. The same for `plan` and for the load. */
export function programStatements(program: LoadProgram, ctx: ProgramContext): Statement[] {
  if (swaps(program) && swapRefused(program, ctx) === null) return swapStatements(program, ctx);
  return [
    ...limited(
      program.changes.flatMap((change) => changeStatements(program, change, ctx)),
      program.limits,
    ).map(plain),
    ...codePageChecks(program, ctx),
    ...program.steps.flatMap((step) => stepStatements(step, program, ctx)),
  ];
}

/** The program transaction, for `plan`: with a note where a full refresh cannot swap, and by what keys are compared. */
export function explainProgram(program: LoadProgram, given: ProgramContext, keepBackup: boolean): string[] {
  const ctx = { ...given, facts: given.facts === null ? null : renamedFacts(given.facts, program) };
  const { facts } = ctx;
  const reason = swaps(program) ? swapRefused(program, ctx) : null;
  return [
    'BEGIN TRANSACTION',
    ...(keepBackup && given.facts !== null ? copyToBackup(program.load, given.facts) : []),
    ...renameStatements(program),
    ...(reason === null ? [] : [`-- ${facts === null ? 'made' : 'emptied'} and filled instead of swapped: ${reason}`]),
    ...keyNotes(program, facts),
    ...programStatements(program, ctx).map((s) => s.sql),
    'COMMIT TRANSACTION',
  ];
}

/** Texts are keys by the collation of their column: who plans a load should know what is one key. */
function keyNotes(program: LoadProgram, facts: TableFacts | null): string[] {
  const keys = new Set(program.steps.flatMap((step) => ('key' in step ? step.key : [])));
  return (facts?.columns ?? []).flatMap((c) =>
    keys.has(c.name) && c.collation !== null && !/_BIN2?\b/i.test(c.collation)
      ? [`-- ${c.name} is compared by ${c.collation}`]
      : [],
  );
}

function changeStatements(program: LoadProgram, change: SchemaChange, ctx: ProgramContext): string[] {
  const table = tableName(program.load.target);
  const { facts, typeOf } = ctx;
  const definition = (column: Column): string => {
    const type = typeOf(column);
    return `${quoteName(column.name)} ${type}${collate(column.name, type, ctx)} ${column.nullable ? 'NULL' : 'NOT NULL'}`;
  };
  switch (change.kind) {
    case 'create_table':
      return [`CREATE TABLE ${table} (${change.schema.columns.map(definition).join(', ')})`];
    case 'add_column':
      return [`ALTER TABLE ${table} ADD ${definition(change.column)}`];
    case 'widen_column':
      // What is not said again would become the default: NULL, and the database's collation.
      return [`ALTER TABLE ${table} ALTER COLUMN ${definition(withoutNative(change.column))}`];
    case 'drop_not_null': {
      const known = facts?.columns.find((c) => c.name === change.column);
      if (known === undefined) throw fail('DPONE_INTERNAL', `there is no column ${change.column} to change`);
      return [
        `ALTER TABLE ${table} ALTER COLUMN ${quoteName(known.name)} ${known.native}${collate(known.name, known.native, ctx)} NULL`,
      ];
    }
    case 'rename_column':
    case 'drop_column':
      // Made before the facts were read.
      return [];
  }
}

/** A widened column is of the type of its new meaning, not of the one that it had. */
const withoutNative = ({ native: _, ...column }: Column): Column => column;

function stepStatements(step: FinalizeStep, program: LoadProgram, ctx: ProgramContext): Statement[] {
  const { names, facts } = ctx;
  const table = tableName(program.load.target);
  switch (step.op) {
    case 'replace_all':
      return [...emptyStatements(table, facts), ...insertStaged(program, ctx, { hint: ' WITH (TABLOCK)' })];
    case 'append': {
      if (step.unlessKey === undefined) return insertStaged(program, ctx);
      const known = `SELECT 1 FROM ${table} AS t${HELD} WHERE ${keysEqual('t', 's', step.unlessKey)}`;
      return insertStaged(program, ctx, { where: ` WHERE NOT EXISTS (${known})` });
    }
    case 'merge':
      return mergeStatements(step, program, ctx);
    case 'delete':
      return [
        {
          sql: `DELETE FROM ${table} WHERE ${predicateSql(step.where, literalFor(facts === null ? program.columns : facts.columns.map(toColumn)))}`,
          tally: 'deleted',
        },
      ];
    case 'replace_partitions': {
      if (step.native === 'required')
        throw fail('DPONE_CAPABILITY', 'the mssql sink does not switch native partitions', {
          remedy: 'Set native partitions to auto or never: rows are then replaced by the partition column.',
        });
      refuseCascade(table, facts);
      const values = `SELECT DISTINCT ${quoteName(step.column)} FROM ${names.rows}`;
      return [
        {
          sql: `DELETE t FROM ${table} AS t${HELD} WHERE EXISTS (SELECT 1 FROM (${values}) AS s WHERE ${keysMatch('t', 's', [step.column])})`,
          tally: 'deleted',
        },
        ...insertStaged(program, ctx),
      ];
    }
    case 'remove_absent': {
      const absent = `NOT EXISTS (SELECT 1 FROM ${names.rows} AS s WHERE ${keysEqual('t', 's', step.key)})`;
      if (step.how === 'delete') return [{ sql: `DELETE t FROM ${table} AS t WHERE ${absent}`, tally: 'deleted' }];
      const at = instant(program.load.startedAt);
      return [
        {
          sql: `UPDATE t SET [__dpone__deleted_at] = ${at} FROM ${table} AS t WHERE t.[__dpone__deleted_at] IS NULL AND ${absent}`,
          tally: 'deleted',
        },
      ];
    }
    case 'add_versions':
      return versionStatements(step, program, ctx);
    case 'apply_events':
      return eventStatements(step, program, ctx);
  }
}

/** What TRUNCATE TABLE refuses (https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql#restrictions). */
const NO_TRUNCATE = [
  'foreign keys of other tables',
  'views or modules that name it',
  'system versions',
  'replication',
  'memory optimization',
];

/** Empties a table, whose rows are counted first: TRUNCATE does not say how many there were. */
export function emptyStatements(table: string, facts: TableFacts | null): Statement[] {
  if (facts === null || !facts.attached.some((what) => NO_TRUNCATE.includes(what)))
    return [countHeld(table), plain(`TRUNCATE TABLE ${table}`)];
  refuseCascade(table, facts);
  return [{ sql: `DELETE FROM ${table} WITH (TABLOCKX)`, tally: 'deleted' }];
}

type ColumnOfText = Pick<ColumnFacts, 'name' | 'native' | 'generated' | 'collation'>;

/** A text that a column's code page does not hold would become `?` without a word: such rows refuse the load. */
function codePageChecks(program: LoadProgram, { facts, names, typeOf, collation }: ProgramContext): Statement[] {
  const written = new Set(program.columns.map((c) => c.name));
  const made = (): ColumnOfText[] =>
    madeColumns(program).map((c) => ({
      name: c.name,
      native: typeOf(c),
      generated: false,
      collation: collation ?? null,
    }));
  return (facts?.columns ?? made()).flatMap((c) => {
    if (!written.has(c.name) || c.generated || !['char', 'varchar'].includes(parseNative(c.native).base)) return [];
    const name = `s.${quoteName(c.name)}`;
    const there = `CONVERT(nvarchar(max), CONVERT(varchar(max), ${name}))`;
    return [
      {
        sql: `SELECT TOP (1) 1 AS n FROM ${names.rows} AS s WHERE ${there} COLLATE ${BINARY} <> CONVERT(nvarchar(max), ${name}) COLLATE ${BINARY}`,
        tally: 'refused' as const,
        why: `a text of ${c.name} has characters that ${c.native}${c.collation === null ? '' : ` of ${c.collation}`} does not hold`,
      },
    ];
  });
}
