import { isDponeError, type CheckResult } from '@dpone/sdk';
import { queryColumns } from './query-columns.js';
import { findRelation, grantColumns } from './relation.js';
import { serverFacts } from './server-facts.js';
import type { Session } from './session.js';
import { readingOf, type ReadOf } from './source-read.js';

/** Connects as a load would, and asks for what it needs; reads no row. */
export async function checkSource(of: ReadOf): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  let session: Session | undefined;
  const step = async (name: string, work: () => Promise<Omit<CheckResult, 'name'>>): Promise<boolean> => {
    try {
      results.push({ name, ...(await work()) });
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, ...(isDponeError(error) ? { remedy: error.remedy } : {}) });
      return false;
    }
  };
  try {
    const connected = await step('connect', async () => {
      session = await of.server.session(of.signal);
      return { status: 'pass', message: await connectionText(session, of) };
    });
    if (connected) await step(`select on ${of.label}`, () => readable(session!, of));
    return results;
  } finally {
    await session?.close();
  }
}

/** `Postgres 15.4, a standby, database shop, as reader, TLSv1.3`. */
async function connectionText(session: Session, of: ReadOf): Promise<string> {
  const doing = readingOf(of.label);
  const { versionText, standby, database, user } = await serverFacts(session, doing);
  const tls = await session.row('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl', doing);
  const role = standby ? ', a standby' : '';
  return `Postgres ${versionText}${role}, database ${database}, as ${user}, ${tls?.['version'] ?? 'without TLS'}`;
}

async function readable(session: Session, of: ReadOf): Promise<Omit<CheckResult, 'name'>> {
  const doing = readingOf(of.label);
  if (of.table === undefined) {
    const columns = await queryColumns(session, of.query!, doing);
    // What the query may read is asked of the server itself.
    await session.run(`EXPLAIN SELECT * FROM (${of.query!}\n) AS q`, doing);
    return { status: 'pass', message: `${columns.length} columns` };
  }
  const { unreadable, user } = await findRelation(session, of.table, doing);
  if (unreadable === 'none') return { status: 'pass', message: 'allowed' };
  return {
    status: 'warn',
    message: `${user} may not read ${unreadable.join(', ')}`,
    remedy: `${grantColumns(of.table, unreadable, user)} Or leave the columns out: source.options.exclude_columns.`,
  };
}
