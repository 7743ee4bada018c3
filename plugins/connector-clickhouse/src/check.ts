import { fail, isDponeError, type CheckResult, type TableRef } from '@dpone/sdk';
import { assertCluster } from './cluster.js';
import { designFor, type Design } from './design.js';
import type { Doing } from './errors.js';
import type { Session } from './session.js';
import { ident, tableLabel, tableName, text } from './sql.js';
import { isMergeTree, tableFacts } from './table-facts.js';

type Step = (name: string, work: () => Promise<string | CheckResult>) => Promise<boolean>;

function steps(): { readonly results: CheckResult[]; readonly step: Step } {
  const results: CheckResult[] = [];
  const step: Step = async (name, work) => {
    try {
      const said = await work();
      results.push(typeof said === 'string' ? { name, status: 'pass', message: said } : said);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) });
      return false;
    }
  };
  return { results, step };
}

const doing = (what: string): Doing => ({ what, code: 'DPONE_CONNECTION_FAILED', missing: 'DPONE_SOURCE_NOT_FOUND' });

/** Connects as a read would and looks at the table. */
export async function checkSource(
  open: () => Promise<Session>,
  table: TableRef | undefined,
  query: string | undefined,
): Promise<CheckResult[]> {
  const { results, step } = steps();
  if (!(await step('connect', async () => `ClickHouse ${(await open()).facts.version}`))) return results;
  const from = table === undefined ? `(${query!}\n)` : tableName(table);
  const label = table === undefined ? 'options.query' : tableLabel(table);
  await step(`select on ${label}`, async () => {
    await (await open()).rows(`SELECT * FROM ${from} LIMIT 0`, doing(`reading ${label}`));
    return 'it can be read';
  });
  return results;
}

/** What a load needs on the target's database and the one of staging. */
const PRIVILEGES = ['SELECT', 'INSERT', 'CREATE TABLE', 'DROP TABLE', 'ALTER TABLE', 'TRUNCATE'] as const;

/** Connects as a load would and asks for what it does. */
export async function checkSink(
  open: () => Promise<Session>,
  target: TableRef,
  stagingSchema: string | undefined,
  design: Design,
): Promise<CheckResult[]> {
  const { results, step } = steps();
  if (!(await step('connect', async () => `ClickHouse ${(await open()).facts.version}`))) return results;
  const session = await open();
  for (const schema of new Set([target.schema!, stagingSchema ?? target.schema!])) {
    const found = await step(`database ${schema}`, () => lookAtDatabase(session, schema));
    const wanted = [...PRIVILEGES, ...(design.replicated ? ['SYSTEM SYNC REPLICA'] : [])];
    if (found) await step(`privileges on ${schema}`, () => lookAtPrivileges(session, `${ident(schema)}.*`, wanted));
  }
  await step('select on system.parts', async () => {
    await session.rows('SELECT partition_id FROM system.parts LIMIT 0', doing('reading system.parts'));
    return 'changes by others are seen';
  });
  await step(`look at ${tableLabel(target)}`, () => lookAtTarget(session, target));
  if (design.cluster !== undefined)
    await step('privileges of clusters', () => lookAtPrivileges(session, '*.*', ['CLUSTER']));
  await step('servers', async () => {
    const facts = await tableFacts(session, target, doing('looking at the servers'));
    return assertCluster(session, target, facts, designFor(design, facts), doing('looking at the servers'));
  });
  return results;
}

async function lookAtDatabase(session: Session, schema: string): Promise<string | CheckResult> {
  const [row] = await session.rows(
    `SELECT engine FROM system.databases WHERE name = ${text(schema)}`,
    doing(`looking at ${schema}`),
  );
  if (row === undefined)
    throw fail('DPONE_SOURCE_NOT_FOUND', `there is no database ${schema}`, {
      remedy: `CREATE DATABASE ${ident(schema)}`,
    });
  const engine = String(row['engine']);
  if (/^(?:Atomic|Replicated|Shared)$/.test(engine)) return `${engine}: two tables are exchanged at once`;
  // Overlay is the default database of clickhouse-local and chdb.
  if (engine !== 'Ordinary' && engine !== 'Overlay')
    throw fail('DPONE_CAPABILITY', `a database of the engine ${engine} keeps no tables that dpone could load`);
  return {
    name: `database ${schema}`,
    status: 'warn',
    message: `${engine}: a table takes another one's place in two steps, between which readers find none`,
    remedy: 'Use a database of the engine Atomic, the default.',
  };
}

async function lookAtPrivileges(session: Session, on: string, privileges: readonly string[]): Promise<string> {
  const missing: string[] = [];
  for (const privilege of privileges) {
    const granted = await session.hasPrivilege(privilege, on, doing(`asking for privileges on ${on}`));
    if (granted === undefined) return 'the server cannot be asked: it knows no CHECK GRANT';
    if (!granted) missing.push(privilege);
  }
  if (missing.length === 0) return 'a load may do what it does';
  throw fail('DPONE_PRIVILEGE_MISSING', `the user lacks ${missing.join(', ')} on ${on}`, {
    remedy: `GRANT ${missing.join(', ')} ON ${on} TO <user>`,
  });
}

async function lookAtTarget(session: Session, target: TableRef): Promise<string | CheckResult> {
  const name = `look at ${tableLabel(target)}`;
  const facts = await tableFacts(session, target, doing(name));
  if (facts === null) return 'not there yet; the first load makes it';
  if (!isMergeTree(facts))
    throw fail('DPONE_CAPABILITY', `it is a ${facts.engine}: only tables of the MergeTree family are loaded`, {
      remedy: 'Load the table behind it.',
    });
  if (facts.readers.length > 0)
    return {
      name,
      status: 'warn',
      message: `${facts.readers.join(', ')} read what is inserted into it; a load that exchanges the table inserts nothing`,
      remedy: 'Refresh them after the load.',
    };
  return `${facts.engine}, ${facts.columns.length} columns`;
}
