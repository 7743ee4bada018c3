import { isDponeError, quoteIdent, type CheckResult, type TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { metaNames, stagingNames } from './names.js';
import type { Server } from './server.js';
import type { Row, Session } from './session.js';
import { tableLabel, tableName, textLiteral } from './sql.js';

const doing: Doing = { what: 'checking the target', code: 'DPONE_CONNECTION_FAILED' };

/** Asks the server for every right that a load will need, without writing anything. */
export async function checkSink(
  server: Server,
  table: TableRef,
  stagingSchema: string | undefined,
): Promise<CheckResult[]> {
  let session: Session;
  try {
    session = await server.session();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [{ name: 'connect', status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) }];
  }
  try {
    const facts = (await session.row(rightsSql(table, stagingSchema), doing))!;
    return [connected(facts), writable(facts), ...rights(facts, table, stagingSchema)];
  } finally {
    await session.close();
  }
}

const META = ['loads', 'state', 'locks'] as const;

/** One row: who we are, what the server is, and which rights we have. */
function rightsSql(table: TableRef, stagingSchema: string | undefined): string {
  const schema = metaNames(table).schema;
  const staging = stagingNames('', table, stagingSchema).schema;
  const relation = textLiteral(tableName(table));
  // Asked by oid: what is not there has none, and asking for it by name would be an error.
  const schemaRight = (name: string, as: string): string => {
    const oid = `to_regnamespace(${textLiteral(quoteIdent(name))})`;
    return (
      `${oid} IS NOT NULL AS ${as}_there, coalesce(has_schema_privilege(${oid}, 'CREATE'), ` +
      `has_database_privilege(current_database(), 'CREATE')) AS ${as}_create`
    );
  };
  const meta = META.map((key) => {
    const oid = `to_regclass(${textLiteral(metaNames(table)[key])})`;
    const rights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map((right) => `has_table_privilege(${oid}, '${right}')`);
    return `${rights.join(' AND ')} AS meta_${key}`;
  });
  const tableRights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'].map(
    (right) => `has_table_privilege(c.oid, '${right}') AS right_${right.toLowerCase()}`,
  );
  return (
    "SELECT current_user AS who, current_database() AS db, current_setting('server_version') AS version, " +
    "current_setting('server_version_num') AS version_num, pg_is_in_recovery() AS standby, " +
    "current_setting('default_transaction_read_only') AS read_only, " +
    `${schemaRight(schema, 'schema')}, ${schemaRight(staging, 'staging')}, ${meta.join(', ')}, c.oid, ` +
    `pg_has_role(c.relowner, 'USAGE') AS owned, pg_get_userbyid(c.relowner) AS owner, ${tableRights.join(', ')} ` +
    `FROM (SELECT to_regclass(${relation}) AS oid) AS t LEFT JOIN pg_class c ON c.oid = t.oid`
  );
}

const OLDEST = 130_000;

function connected(facts: Row): CheckResult {
  const message = `Postgres ${facts['version']}, database ${facts['db']}, as ${facts['who']}`;
  return Number(facts['version_num']) >= OLDEST
    ? { name: 'connect', status: 'pass', message }
    : {
        name: 'connect',
        status: 'fail',
        message,
        remedy: 'dpone writes to Postgres 13 and newer: upgrade the server.',
      };
}

function writable(facts: Row): CheckResult {
  const name = 'write to the server';
  if (facts['standby'] === 't')
    return { name, status: 'fail', message: 'the server is a standby', remedy: 'Connect to the primary.' };
  if (facts['read_only'] === 'on')
    return {
      name,
      status: 'fail',
      message: 'transactions are read-only by default here',
      remedy: 'Set default_transaction_read_only to off for this role or database.',
    };
  return { name, status: 'pass', message: 'it takes writes' };
}

function rights(facts: Row, table: TableRef, stagingSchema: string | undefined): CheckResult[] {
  const who = quoteIdent(facts['who']!);
  const schema = metaNames(table).schema;
  const staging = stagingNames('', table, stagingSchema).schema;
  const results = [...new Set([schema, staging])].map((name) =>
    createIn(facts, name, name === schema ? 'schema' : 'staging', who),
  );
  results.push(metaTables(facts, table, who));
  const label = tableLabel(table);
  if (facts['oid'] === null)
    return [
      ...results,
      { name: `look at ${label}`, status: 'pass', message: 'not there yet; the first load makes it' },
    ];
  const missing = ['select', 'insert', 'update', 'delete', 'truncate'].filter(
    (right) => facts[`right_${right}`] !== 't',
  );
  const list = missing.map((right) => right.toUpperCase()).join(', ');
  results.push(
    missing.length === 0
      ? { name: `write to ${label}`, status: 'pass', message: 'every right to its rows' }
      : {
          name: `write to ${label}`,
          status: 'fail',
          message: `${facts['who']} lacks ${list}`,
          remedy: `GRANT ${list} ON ${tableName(table)} TO ${who};`,
        },
  );
  results.push(
    facts['owned'] === 't'
      ? { name: `replace ${label}`, status: 'pass', message: 'owned' }
      : {
          name: `replace ${label}`,
          status: 'warn',
          message: `it belongs to ${facts['owner']}: a full refresh empties and fills it, and its columns cannot be changed`,
          remedy: `GRANT ${quoteIdent(facts['owner']!)} TO ${who};`,
        },
  );
  return results;
}

function createIn(facts: Row, schema: string, key: string, who: string): CheckResult {
  const name = `create tables in ${schema}`;
  const there = facts[`${key}_there`] === 't';
  if (facts[`${key}_create`] === 't')
    return {
      name,
      status: 'pass',
      message: there ? 'allowed' : 'the schema is not there yet; the first load makes it',
    };
  return {
    name,
    status: 'fail',
    message: there ? `${facts['who']} lacks CREATE on the schema` : 'the schema is not there and cannot be made',
    remedy: there
      ? `GRANT USAGE, CREATE ON SCHEMA ${quoteIdent(schema)} TO ${who};`
      : `GRANT CREATE ON DATABASE ${quoteIdent(facts['db']!)} TO ${who}; or create the schema.`,
  };
}

function metaTables(facts: Row, table: TableRef, who: string): CheckResult {
  const names = metaNames(table);
  const lacking = META.filter((key) => facts[`meta_${key}`] === 'f');
  const name = "keep dpone's own tables";
  if (lacking.length === 0)
    return {
      name,
      status: 'pass',
      message: META.every((key) => facts[`meta_${key}`] === 't') ? 'allowed' : 'the first load makes them',
    };
  return {
    name,
    status: 'fail',
    message: `${facts['who']} cannot read and write ${lacking.map((key) => names[key]).join(', ')}`,
    remedy: `GRANT SELECT, INSERT, UPDATE, DELETE ON ${lacking.map((key) => names[key]).join(', ')} TO ${who};`,
  };
}
