import { fail, type Column, type RowBatch, type SourceRead, type StateAdvance } from '@dpone/sdk';
import { postgresError } from '../errors.js';
import type { Session } from '../session.js';
import type { CdcSource } from './cdc-source.js';
import { asJson, BEGIN_ANEW, type CdcState } from './cdc-state.js';
import type { CdcTable } from './cdc-table.js';
import { ChangeReader } from './change-reader.js';
import { numbersOf } from './log-shape.js';
import { lsnText, parseLsn } from './lsn.js';
import { statusInterval } from './server-ready.js';
import { WalStream } from './wal-stream.js';

interface ChangesOf {
  readonly source: CdcSource;
  readonly session: Session;
  readonly facts: CdcTable;
  readonly columns: readonly Column[];
  readonly state: CdcState;
  readonly upper: bigint;
}

/** What committed from the state's place in the log on, up to where the log was when the read was opened. */
export function changesRead(of: ChangesOf): SourceRead {
  const { source, session, columns, state, upper } = of;
  const close = (): Promise<void> => session.close();
  const identity = { source: source.label, slot: state.slot, from: state.lsn, to: lsnText(upper) };
  const rest = { estimate: {}, identity, verify: () => Promise.resolve(), close };
  if (upper <= parseLsn(state.lsn)) {
    const data = (): never => {
      throw fail('DPONE_INTERNAL', 'there is nothing new to read');
    };
    return { ...rest, schema: { columns: [] }, partitions: [], lanes: [], advance: { kind: 'none' }, data };
  }
  const schema = { columns };
  let reached: bigint | undefined;
  return {
    ...rest,
    schema,
    partitions: [{ index: 0, spec: { from: state.lsn, to: lsnText(upper) } }],
    lanes: [{ id: 'rows', transport: 'rows', cost: 20 }],
    get advance(): StateAdvance {
      if (reached === undefined) throw notRead(source);
      const now = { lsn: lsnText(upper), seq: String(reached), columns: numbersOf(of.facts.attributes) };
      return { kind: 'value', state: asJson({ ...state, ...now }) };
    },
    data: (_, lane) => {
      if (lane.id !== 'rows') throw fail('DPONE_NO_LANE', `the log of Postgres gives no ${lane.id}`);
      const batches = changes(of, (seq) => (reached = seq));
      return Promise.resolve({ transport: 'rows', schema, batches });
    },
  };
}

/** A unit of work in another process cannot tell this one how far it came. */
export const notRead = ({ label }: CdcSource): Error =>
  fail('DPONE_CAPABILITY', `the changes of ${label} were not read in the process that commits them`, {
    remedy: 'Use the executor that runs loads in its own process.',
  });

async function* changes(of: ChangesOf, onEnd: (seq: bigint) => void): AsyncGenerator<RowBatch> {
  const { source, session, facts, columns, state, upper } = of;
  const { doing, label, signal, log } = source;
  const statusMs = await statusInterval(session, doing);
  const replication = await source.server.replication(signal);
  let stream: WalStream | undefined;
  try {
    await assertSystem(replication, state, source);
    warnFilled(of);
    const from = parseLsn(state.lsn);
    stream = new WalStream(replication, { ...state, from, statusMs, doing, signal });
    const reader = new ChangeReader({
      session,
      label,
      table: facts,
      read: columns,
      before: state.columns,
      log,
      doing,
      upper,
      seq: BigInt(state.seq),
    });
    yield* reader.batches(stream.frames());
    onEnd(reader.seq);
  } catch (error) {
    throw postgresError(error, doing);
  } finally {
    await (stream ?? replication).close();
  }
}

/** ADD COLUMN with a default gives every row a value, and writes none of them into the log. */
function warnFilled({ source, facts, columns, state }: ChangesOf): void {
  const known = new Set(Object.values(state.columns));
  for (const { name, number, filled, generated } of facts.attributes)
    if (filled && !generated && !known.has(number) && columns.some((c) => c.name === name))
      source.log.warn(
        `${source.label}: the column ${name} was added with a default; what it gave to rows that were there is not in the log`,
      );
}

async function assertSystem(replication: Session, state: CdcState, { doing }: CdcSource): Promise<void> {
  const system = await systemOf(replication, doing);
  if (system !== state.system)
    throw fail(
      'DPONE_SOURCE_READ',
      `${doing.what}: this is another server (system ${system}, the state is of ${state.system})`,
      {
        remedy: BEGIN_ANEW,
      },
    );
}

/** The server's own number: https://www.postgresql.org/docs/current/protocol-replication.html */
export const systemOf = async (replication: Session, doing: CdcSource['doing']): Promise<string> =>
  (await replication.row('IDENTIFY_SYSTEM', doing))!['systemid']!;
