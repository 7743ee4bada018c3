import { quoteIdent, type LoadRef, type TableRef } from '@dpone/sdk';
import { DEFAULT_SCHEMA, tableName } from './sql.js';

/** Every table that dpone keeps beside a target. */
export interface MetaNames {
  readonly loads: string;
  readonly state: string;
  readonly locks: string;
}

export const STAGING_PREFIX = '__dpone__stg_';
const REJECTS_SUFFIX = '__rejects';

/** True in staging for a row whose text could not be read; gone before finalize. */
export const BAD_COLUMN = '__dpone__bad';

export function metaNames(target: TableRef): MetaNames {
  const at = (name: string): string => tableName({ schema: target.schema ?? DEFAULT_SCHEMA, name });
  return { loads: at('__dpone__loads'), state: at('__dpone__state'), locks: at('__dpone__locks') };
}

/**
 * A database in memory, attached to the target's: what finalize only reads is kept there, goes to the temporary folder
 * where memory ends, and is gone with the process. In the file it would be compressed, written and synced for nothing.
 */
export const SCRATCH = '__dpone__scratch';

export interface StagingNames {
  readonly schema: string;
  /** Whether the tables are in {@link SCRATCH}. */
  readonly scratch: boolean;
  /** The staged rows' table, quoted. */
  readonly rows: string;
  readonly rejects: string;
}

export interface StagingPlace {
  /** The schema that the manifest names: staging is there, whatever finalize does with it. */
  readonly schema?: string | undefined;
  /** Default: true. */
  readonly mayBecomeTarget?: boolean | undefined;
}

export function stagingNames(
  loadId: LoadRef['loadId'],
  target: TableRef,
  { schema, mayBecomeTarget = true }: StagingPlace = {},
): StagingNames {
  const scratch = !mayBecomeTarget && schema === undefined;
  const own = scratch ? DEFAULT_SCHEMA : (schema ?? target.schema ?? DEFAULT_SCHEMA);
  const at = (suffix: string): string =>
    `${scratch ? `${quoteIdent(SCRATCH)}.` : ''}${tableName({ schema: own, name: `${STAGING_PREFIX}${loadId}${suffix}` })}`;
  return { schema: own, scratch, rows: at(''), rejects: at(REJECTS_SUFFIX) };
}

/** The tables beside a target that the undoing of loads needs. */
export interface RollbackNames {
  /** What the target was before a load. */
  readonly backup: TableRef;
  /** What a load made, once it is undone. */
  readonly failed: TableRef;
}

export function rollbackNames(loadId: LoadRef['loadId'], target: TableRef): RollbackNames {
  const beside = (what: string): TableRef => ({ ...target, name: `${target.name}__dpone_${what}_${loadId}` });
  return { backup: beside('backup'), failed: beside('failed') };
}

/** The load that a staging table or its table of rejected rows belongs to. */
export const loadOfStaging = (table: string): string =>
  table.slice(STAGING_PREFIX.length).replace(new RegExp(`${REJECTS_SUFFIX}$`), '');
