import type { LoadRef, TableRef } from '@dpone/sdk';
import { DEFAULT_SCHEMA, tableName } from './sql.js';

/** Every table that dpone keeps beside a target. */
export interface MetaNames {
  readonly schema: string;
  readonly loads: string;
  readonly state: string;
  readonly locks: string;
}

export const STAGING_PREFIX = '__dpone__stg_';
const REJECTS_SUFFIX = '__rejects';

export function metaNames(target: TableRef): MetaNames {
  const schema = target.schema ?? DEFAULT_SCHEMA;
  const at = (name: string): string => tableName({ schema, name });
  return { schema, loads: at('__dpone__loads'), state: at('__dpone__state'), locks: at('__dpone__locks') };
}

export interface StagingNames {
  readonly schema: string;
  /** The staged rows' table, quoted and unquoted. */
  readonly rows: string;
  readonly rowsName: string;
  readonly rejects: string;
  readonly rejectsName: string;
}

export function stagingNames(loadId: LoadRef['loadId'], target: TableRef, stagingSchema?: string): StagingNames {
  const schema = stagingSchema ?? target.schema ?? DEFAULT_SCHEMA;
  const rowsName = `${STAGING_PREFIX}${loadId}`;
  const rejectsName = `${rowsName}${REJECTS_SUFFIX}`;
  return {
    schema,
    rows: tableName({ schema, name: rowsName }),
    rowsName,
    rejects: tableName({ schema, name: rejectsName }),
    rejectsName,
  };
}
