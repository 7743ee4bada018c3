import { quoteIdent, type Column, type LoadRef, type StagingSpec } from '@dpone/sdk';
import type { TypeOf } from './framework-sql.js';
import { createSchema } from './meta-sql.js';
import type { StagingNames } from './names.js';
import { tableLabel, textLiteral } from './sql.js';

/**
 * Makes the staging tables of a load; the comment says whose they are, for a run that finds them after a crash. A table
 * that finalize only reads is not logged: a server that crashes empties it, and then nobody holds the target's lock any
 * more, without which finalize changes nothing.
 */
export function createStaging(
  names: StagingNames,
  load: LoadRef,
  { columns, mayBecomeTarget = true }: StagedColumns,
  typeOf: TypeOf,
): string[] {
  const definitions = columns.map((c) => `${quoteIdent(c.name)} ${typeOf(c)}${notNull(c)}`);
  const comment = textLiteral(JSON.stringify(whose(load)));
  return [
    createSchema(names.schema),
    ...dropStaging(names),
    `CREATE ${mayBecomeTarget ? '' : 'UNLOGGED '}TABLE ${names.rows} (${definitions.join(', ')})`,
    `COMMENT ON TABLE ${names.rows} IS ${comment}`,
    `CREATE UNLOGGED TABLE ${names.rejects} ("partition" integer, "position" integer, "reason" text NOT NULL, "row" text NOT NULL, "diagnostics" text NOT NULL)`,
    // Also this one says whose it is: after a swap it is all that is left of a load.
    `COMMENT ON TABLE ${names.rejects} IS ${comment}`,
  ];
}

const whose = (load: LoadRef): object => ({
  load_id: load.loadId,
  target: tableLabel(load.target),
  process: load.process,
});

/** Says in the comment that other processes put rows in, too. */
export const markShared = ({ rows }: StagingNames, load: LoadRef): string =>
  `COMMENT ON TABLE ${rows} IS ${textLiteral(JSON.stringify({ ...whose(load), shared: true }))}`;

/** Whether one process alone put rows in. */
export const selectUnshared = ({ rows }: StagingNames): string =>
  `SELECT 1 WHERE obj_description(${textLiteral(rows)}::regclass, 'pg_class')::json ->> 'shared' IS NULL`;

interface StagedColumns extends Pick<StagingSpec, 'mayBecomeTarget'> {
  readonly columns: readonly StagedColumn[];
}

/** A column of staging; where it is NOT NULL, with the name that the target's constraint has (Postgres 18). */
export type StagedColumn = Column & { readonly notNullName?: string | undefined };

/** What is NOT NULL from the start need not be looked for when staging takes the target's place. */
function notNull({ nullable, notNullName }: StagedColumn): string {
  if (nullable) return '';
  return notNullName === undefined ? ' NOT NULL' : ` CONSTRAINT ${quoteIdent(notNullName)} NOT NULL`;
}

export const dropStaging = (names: StagingNames): string[] => [
  `DROP TABLE IF EXISTS ${names.rows}`,
  `DROP TABLE IF EXISTS ${names.rejects}`,
];
