import { fail, isDponeError, type CheckResult, type TableRef } from '@dpone/sdk';
import { fileExists, type Database, type Mode } from './connection.js';
import type { Doing } from './errors.js';
import { tableLabel, tableName } from './sql.js';
import { tableFacts } from './target.js';

/** Opens the file as a load would and looks at the table. A target that is not there yet is fine: the load makes it. */
export async function checkDatabase(
  path: string,
  mode: Mode,
  open: () => Promise<Database>,
  table: TableRef | undefined,
): Promise<CheckResult[]> {
  if (path !== ':memory:' && !(await fileExists(path))) return [absent(path, mode)];
  const results: CheckResult[] = [];
  const step = async (name: string, work: () => Promise<string>): Promise<boolean> => {
    try {
      results.push({ name, status: 'pass', message: await work() });
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) });
      return false;
    }
  };
  const opened = await step(`open ${path} for ${mode === 'write' ? 'writing' : 'reading'}`, async () => {
    await open();
    return 'opened';
  });
  if (opened && table !== undefined) await step(`look at ${tableLabel(table)}`, () => lookAt(open, mode, table));
  return results;
}

function absent(path: string, mode: Mode): CheckResult {
  const name = `open ${path}`;
  return mode === 'write'
    ? { name, status: 'pass', message: 'the file is not there yet; the first load makes it' }
    : { name, status: 'fail', message: 'the file is not there', remedy: 'Check the path of the connection.' };
}

async function lookAt(open: () => Promise<Database>, mode: Mode, table: TableRef): Promise<string> {
  const doing: Doing = { what: `looking at ${tableLabel(table)}`, code: 'DPONE_CONNECTION_FAILED' };
  const session = await (await open()).session();
  try {
    const facts = await tableFacts(session, table, doing);
    if (facts === null && mode === 'write') return 'not there yet; the first load makes it';
    if (facts === null) throw fail('DPONE_SOURCE_NOT_FOUND', `there is no table ${tableLabel(table)}`);
    const rows = await session.count(`SELECT count(*) FROM ${tableName(table)}`, doing);
    return `${facts.columns.length} columns, ${rows} rows`;
  } finally {
    session.close();
  }
}
