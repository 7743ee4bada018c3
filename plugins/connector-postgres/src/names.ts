import { quoteIdent, type LoadRef, type TableRef } from '@dpone/sdk';
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
}

export function stagingNames(loadId: LoadRef['loadId'], target: TableRef, stagingSchema?: string): StagingNames {
  const schema = stagingSchema ?? target.schema ?? DEFAULT_SCHEMA;
  const name = `${STAGING_PREFIX}${loadId}`;
  return {
    schema,
    rows: `${quoteIdent(schema)}.${quoteIdent(name)}`,
    rowsName: name,
    rejects: tableName({ schema, name: `${name}${REJECTS_SUFFIX}` }),
  };
}

/** The load that a staging table or its table of rejected rows belongs to. */
export const loadOfStaging = (table: string): string =>
  table.slice(STAGING_PREFIX.length).replace(new RegExp(`${REJECTS_SUFFIX}$`), '');
