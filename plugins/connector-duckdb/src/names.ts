import type { LoadRef, TableRef } from '@dpone/sdk';
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

export interface StagingNames {
  readonly schema: string;
  /** The staged rows' table, quoted and unquoted. */
  readonly rows: string;
  readonly rowsName: string;
  readonly rejects: string;
}

export function stagingNames(loadId: LoadRef['loadId'], target: TableRef, stagingSchema?: string): StagingNames {
  const schema = stagingSchema ?? target.schema ?? DEFAULT_SCHEMA;
  const name = `${STAGING_PREFIX}${loadId}`;
  return {
    schema,
    rows: tableName({ schema, name }),
    rowsName: name,
    rejects: tableName({ schema, name: `${name}${REJECTS_SUFFIX}` }),
  };
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
