import { isDponeError, type CheckResult, type TableRef } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { metaNames, stagingNames } from './names.js';
import type { Server } from './server.js';
import { serverText, selectServer } from './server-facts.js';
import type { Row, Session } from './session.js';
import { quoteName, tableLabel, tableName, textLiteral } from './sql.js';

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
    const facts = (await session.row(selectServer(), doing))!;
    const rights = (await session.row(rightsSql(table, stagingSchema), doing))!;
    return [
      { name: 'connect', status: 'pass', message: serverText(facts) },
      writable(facts),
      ...rightsOf(rights, String(facts['login']), table, stagingSchema),
    ];
  } finally {
    session.close();
  }
}

const META = ['loads', 'state', 'locks'] as const;
const TABLE_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'ALTER'] as const;

/** One row of 0 and 1; NULL where there is nothing to have a right to (https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql). */
export function rightsSql(table: TableRef, stagingSchema: string | undefined): string {
  const schema = metaNames(table).schema;
  const staging = stagingNames('', table, stagingSchema).schema;
  const on = (name: string, right: string): string => `HAS_PERMS_BY_NAME(${textLiteral(name)}, N'OBJECT', N'${right}')`;
  const columns = [
    "HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CREATE TABLE') AS create_table",
    "HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CREATE SCHEMA') AS create_schema",
    ...[
      ['schema', schema],
      ['staging', staging],
    ].flatMap(([as, name]) => [
      `SCHEMA_ID(${textLiteral(name!)}) AS ${as}_id`,
      `HAS_PERMS_BY_NAME(${textLiteral(quoteName(name!))}, N'SCHEMA', N'ALTER') AS ${as}_alter`,
    ]),
    ...META.flatMap((key) => {
      const name = metaNames(table)[key];
      const rights = ['SELECT', 'INSERT', 'UPDATE'].map((right) => on(name, right));
      return [`OBJECT_ID(${textLiteral(name)}, N'U') AS ${key}_id`, `${rights.join(' + ')} AS ${key}_rights`];
    }),
    `OBJECT_ID(${textLiteral(tableName(table))}, N'U') AS target_id`,
    ...TABLE_RIGHTS.map((right) => `${on(tableName(table), right)} AS target_${right.toLowerCase()}`),
  ];
  return `SELECT ${columns.join(', ')}`;
}

function writable(facts: Row): CheckResult {
  const name = 'write to the server';
  return facts['updateability'] === 'READ_ONLY'
    ? { name, status: 'fail', message: 'the database is read-only', remedy: 'Connect to the primary.' }
    : { name, status: 'pass', message: 'it takes writes' };
}

function rightsOf(row: Row, login: string, table: TableRef, stagingSchema: string | undefined): CheckResult[] {
  const schema = metaNames(table).schema;
  const staging = stagingNames('', table, stagingSchema).schema;
  const who = quoteName(login);
  const results = [...new Set([schema, staging])].map((name) =>
    createIn(row, name, name === schema ? 'schema' : 'staging', who),
  );
  const lacking = META.filter((key) => row[`${key}_id`] !== null && row[`${key}_rights`] !== 3);
  const names = lacking.map((key) => metaNames(table)[key]);
  results.push(
    lacking.length === 0
      ? { name: "keep dpone's own tables", status: 'pass', message: 'allowed, or the first load makes them' }
      : {
          name: "keep dpone's own tables",
          status: 'fail',
          message: `${login} cannot read and write ${names.join(', ')}`,
          remedy: names.map((one) => `GRANT SELECT, INSERT, UPDATE ON ${one} TO ${who};`).join(' '),
        },
  );
  const label = tableLabel(table);
  if (row['target_id'] === null)
    return [
      ...results,
      { name: `look at ${label}`, status: 'pass', message: 'not there yet; the first load makes it' },
    ];
  const missing = TABLE_RIGHTS.filter((right) => row[`target_${right.toLowerCase()}`] !== 1);
  results.push(
    missing.length === 0
      ? { name: `write to ${label}`, status: 'pass', message: 'every right to its rows' }
      : {
          name: `write to ${label}`,
          status: missing.every((right) => right === 'ALTER') ? 'warn' : 'fail',
          message: `${login} lacks ${missing.join(', ')}${missing.includes('ALTER') ? '; without ALTER no full refresh and no change of columns' : ''}`,
          remedy: `GRANT ${missing.join(', ')} ON ${tableName(table)} TO ${who};`,
        },
  );
  return results;
}

function createIn(row: Row, schema: string, key: string, who: string): CheckResult {
  const name = `create tables in ${schema}`;
  const there = row[`${key}_id`] !== null;
  const may = row['create_table'] === 1 && (there ? row[`${key}_alter`] === 1 : row['create_schema'] === 1);
  if (may)
    return {
      name,
      status: 'pass',
      message: there ? 'allowed' : 'the schema is not there yet; the first load makes it',
    };
  return {
    name,
    status: 'fail',
    message: there
      ? 'CREATE TABLE in the database or ALTER on the schema is missing'
      : 'the schema is not there and cannot be made',
    remedy: there
      ? `GRANT CREATE TABLE TO ${who}; GRANT ALTER, SELECT, INSERT, UPDATE, DELETE ON SCHEMA::${quoteName(schema)} TO ${who};`
      : `GRANT CREATE SCHEMA, CREATE TABLE TO ${who}; or create the schema.`,
  };
}
