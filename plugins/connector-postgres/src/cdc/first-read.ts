import { fail, quoteIdent, type Column, type SourceRead, type StateAdvance } from '@dpone/sdk';
import { sourceOffers } from '../lane-offers.js';
import { partitionData } from '../partition-data.js';
import type { Session } from '../session.js';
import { tableName, textLiteral } from '../sql.js';
import { tableSize } from '../table-size.js';
import { CDC_COLUMNS, isCdcColumn } from './cdc-columns.js';
import type { CdcSource } from './cdc-source.js';
import { asJson } from './cdc-state.js';
import type { Attribute, CdcTable } from './cdc-table.js';
import { notRead } from './changes-read.js';
import { FirstSnapshot } from './first-snapshot.js';
import { numbersOf } from './log-shape.js';
import { parseLsn } from './lsn.js';

interface FirstOf {
  readonly source: CdcSource;
  readonly session: Session;
  readonly facts: CdcTable;
  readonly columns: readonly Column[];
  /** The attributes that the log will have. */
  readonly logged: readonly Attribute[];
  /** Whether the publication is there. */
  readonly published: boolean;
  /** The server's. */
  readonly version: number;
}

/**
 * The whole table as it is at the place in the log where a new slot begins. The slot is a temporary one, which the server
 * drops by itself, until everything is staged; then a lasting one is made of it.
 */
export async function firstRead(of: FirstOf): Promise<SourceRead> {
  const { source, session, facts, columns } = of;
  const { bytes, rows } = await tableSize(session, facts.oid, source.doing);
  const schema = { columns };
  const snapshot = new FirstSnapshot(of);
  return {
    schema,
    estimate: { bytes, ...(rows === undefined ? {} : { rows }) },
    partitions: [{ index: 0, spec: 'snapshot' }],
    lanes: sourceOffers(),
    get advance(): StateAdvance {
      const { slot, begin } = snapshot;
      if (begin === undefined || slot === undefined) throw notRead(source);
      const { publication } = source.names;
      const seq = String(parseLsn(begin.lsn));
      const { lsn, system, mark: published } = begin;
      const state = { slot, publication, published, lsn, seq, system, table: facts.oid };
      return { kind: 'value', state: asJson({ ...state, columns: numbersOf(of.logged) }) };
    },
    get identity() {
      return { source: source.label, slot: snapshot.slot ?? null, lsn: snapshot.begin?.lsn ?? null };
    },
    data: async (_, lane) => {
      const { lsn } = await snapshot.open();
      const rowsOf = { from: `(${snapshotSql(of, lsn)}) AS q`, conditions: [] };
      return partitionData(
        {
          schema,
          rows: rowsOf,
          lend: () => Promise.resolve(snapshot.lend()),
          doing: source.doing,
          signal: source.signal,
        },
        lane,
      );
    },
    verify: () => snapshot.verify(),
    settled: (outcome) => snapshot.settled(outcome),
    close: () => snapshot.close(),
  };
}

/** The rows as events: `read`, at the place where the changes go on. */
function snapshotSql({ source, columns }: FirstOf, lsn: string): string {
  const own: Readonly<Record<string, string>> = {
    _cdc_op: "'read'",
    _cdc_lsn: textLiteral(lsn),
    _cdc_seq: String(parseLsn(lsn)),
  };
  const selected = columns.map((column) => {
    const name = quoteIdent(column.name);
    if (!isCdcColumn(column.name)) return name;
    const type = CDC_COLUMNS.find((c) => c.name === column.name)?.native?.type;
    if (type === undefined) throw fail('DPONE_INTERNAL', `an event has no ${column.name}`);
    return `(${own[column.name] ?? 'NULL'})::${type} AS ${name}`;
  });
  return `SELECT ${selected.join(', ')} FROM ${tableName(source.table)}`;
}
