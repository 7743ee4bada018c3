import { fail, isDponeError, type CheckResult } from '@dpone/sdk';
import { selectObject } from './facts-sql.js';
import { queryColumns } from './query-columns.js';
import { selectServer, serverText } from './server-facts.js';
import type { Session } from './session.js';
import { readingOf, type ReadOf } from './source-read.js';
import { tableName, textLiteral } from './sql.js';

type Result = Omit<CheckResult, 'name'>;

/** Connects as a load would, and asks for what it needs; reads no row. */
export async function checkSource(of: ReadOf): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  let session: Session | undefined;
  const step = async (name: string, work: () => Promise<Result>): Promise<boolean> => {
    try {
      results.push({ name, ...(await work()) });
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) });
      return false;
    }
  };
  const doing = readingOf(of.label);
  try {
    const connected = await step('connect', async () => {
      session = await of.server.session(of.signal);
      return { status: 'pass', message: serverText((await session.row(selectServer(), doing))!) };
    });
    if (!connected) return results;
    await step(`select on ${of.label}`, () => readable(session!, of));
    await step('one consistent state', () => consistent(session!, of));
    return results;
  } finally {
    session?.close();
  }
}

async function readable(session: Session, of: ReadOf): Promise<Result> {
  const doing = readingOf(of.label);
  if (of.table === undefined) {
    const columns = await queryColumns(session, of.query!, doing);
    return { status: 'pass', message: `${columns.length} columns` };
  }
  if ((await session.row(selectObject(of.table), doing)) === undefined)
    throw fail('DPONE_SOURCE_NOT_FOUND', `there is no table or view ${of.label} that the user may see`);
  const name = tableName(of.table);
  const may = await session.count(`SELECT HAS_PERMS_BY_NAME(${textLiteral(name)}, N'OBJECT', N'SELECT') AS may`, doing);
  if (may === 1) return { status: 'pass', message: 'allowed' };
  const user = await session.row('SELECT USER_NAME() AS name', doing);
  return {
    status: 'fail',
    message: 'SELECT is not allowed on the whole of it',
    remedy: `GRANT SELECT ON ${name} TO [${String(user?.['name'])}];`,
  };
}

async function consistent(session: Session, of: ReadOf): Promise<Result> {
  if (of.isolation === 'table_lock')
    return { status: 'pass', message: 'a shared lock of the table: nobody writes it while it is read' };
  const state = await session.count(
    'SELECT snapshot_isolation_state AS state FROM sys.databases WHERE name = DB_NAME()',
    readingOf(of.label),
  );
  if (state === 1) return { status: 'pass', message: 'SNAPSHOT isolation is allowed' };
  return {
    status: 'fail',
    message: 'the database does not allow SNAPSHOT isolation',
    remedy: 'ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON; or set source.options.isolation: table_lock.',
  };
}
