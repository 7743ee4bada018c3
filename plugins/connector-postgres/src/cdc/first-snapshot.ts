import { randomBytes } from 'node:crypto';
import { fail, quoteIdent } from '@dpone/sdk';
import type { Lent } from '../partition-session.js';
import type { Session } from '../session.js';
import { joinSnapshot, snapshotLost } from '../snapshot.js';
import { tableName, textLiteral } from '../sql.js';
import type { CdcSource } from './cdc-source.js';
import { cdcTable, type CdcTable } from './cdc-table.js';
import { systemOf } from './changes-read.js';
import { createPublicationSql } from './publication.js';
import { publicationMark } from './publication-mark.js';
import { dropOldSlots, dropSlot, freeSlotName } from './slots.js';

/** Where the changes go on behind the snapshot. */
export interface Begin {
  readonly lsn: string;
  readonly system: string;
  /** The publication as it was before the slot began: what alters it from then on is told. */
  readonly mark: string;
}

interface SnapshotOf {
  readonly source: CdcSource;
  readonly session: Session;
  readonly facts: CdcTable;
  readonly published: boolean;
  /** The server's. */
  readonly version: number;
}

/** The table's state at the place where a new slot begins, and that slot's life until the load has ended. */
export class FirstSnapshot {
  /** The lasting slot, once everything is read. */
  slot: string | undefined;
  begin: Begin | undefined;
  readonly #of: SnapshotOf;
  readonly #temporary = `dpone_first_${randomBytes(8).toString('hex')}`;
  #replication: Session | undefined;
  #opened: Promise<Begin> | undefined;
  #madePublication = false;
  #state: 'unread' | 'reading' | 'whole' | 'broken' = 'unread';
  /** The snapshot as text: the same for as long as its transaction is. */
  #text: string | null | undefined;

  constructor(of: SnapshotOf) {
    this.#of = of;
  }

  /** Makes what is lacking, in this order: a publication that is younger than the slot would be unknown to it. */
  open(): Promise<Begin> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Begin> {
    const { source, session, facts, published, version } = this.#of;
    const { doing, names, signal, table } = source;
    if (!published) {
      await session.run(createPublicationSql(names.publication, table, facts), doing, signal);
      this.#madePublication = true;
    }
    const mark = await publicationMark(session, { name: names.publication, table: facts.oid, version }, doing);
    const replication = await source.server.replication(signal);
    this.#replication = replication;
    const system = await systemOf(replication, doing);
    // Waits for transactions that are writing at present; their changes come before the place or after it, never both.
    const made = await replication.row(
      `CREATE_REPLICATION_SLOT ${quoteIdent(this.#temporary)} TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`,
      doing,
      signal,
    );
    await joinSnapshot(session, made!['snapshot_name']!, doing);
    await session.run(`LOCK TABLE ${tableName(table)} IN ACCESS SHARE MODE`, doing, signal);
    await this.#assertSameTable();
    this.#text = (await session.row('SELECT pg_current_snapshot() AS text', doing))?.['text'];
    this.begin = { lsn: made!['consistent_point']!, system, mark };
    return this.begin;
  }

  /** A table that was emptied or rewritten behind the snapshot is seen empty by it: https://www.postgresql.org/docs/current/mvcc-caveats.html */
  async #assertSameTable(): Promise<void> {
    const { source, session, facts } = this.#of;
    const { doing, table, label } = source;
    const rewritten = await session.count(
      `SELECT count(*) FROM (SELECT ${facts.oid}::oid AS oid UNION SELECT relid FROM pg_partition_tree(${facts.oid})) AS tree ` +
        `JOIN pg_class AS c ON c.oid = tree.oid WHERE c.relkind = 'r' AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode`,
      doing,
    );
    const now = await cdcTable(session, table, doing);
    if (rewritten === 0 && now.oid === facts.oid && sameAttributes(now, facts)) return;
    throw fail('DPONE_SOURCE_CHANGED', `${label} was emptied, rewritten or altered while the load began`, {
      where: label,
    });
  }

  /** The session that sees the snapshot, for one COPY. */
  lend(): Lent {
    this.#state = 'reading';
    const done = (whole: boolean): Promise<void> => {
      if (this.#state === 'reading') this.#state = whole ? 'whole' : 'broken';
      return Promise.resolve();
    };
    return { session: this.#of.session, done };
  }

  /** Everything is staged: the slot is made to last. */
  async verify(): Promise<void> {
    const { source, session } = this.#of;
    const { doing, names, server } = source;
    if (this.#state !== 'whole') throw snapshotLost(doing);
    const row = await session.row('SELECT pg_current_snapshot() AS text', doing);
    if (row?.['text'] !== this.#text) throw snapshotLost(doing);
    if (this.slot !== undefined) return;
    const other = await server.session(source.signal);
    try {
      const name = await freeSlotName(other, names, doing);
      await other.run(
        `SELECT pg_copy_logical_replication_slot(${textLiteral(this.#temporary)}, ${textLiteral(name)}, false)`,
        doing,
      );
      this.slot = name;
    } finally {
      await other.close();
    }
  }

  /** The load is there: older slots go. Or it is not: what was made for it goes. */
  async settled(outcome: 'committed' | 'undone'): Promise<void> {
    const { source } = this.#of;
    if (this.slot === undefined) return;
    const slot = this.slot;
    await this.#aside(async (session) => {
      if (outcome === 'committed') return dropOldSlots(session, source.names, slot, source.doing);
      await dropSlot(session, slot, source.doing);
      this.slot = undefined;
    });
  }

  /** Nothing stays where no lasting slot was made: the temporary one ends with its connection. */
  async close(): Promise<void> {
    const { session, source } = this.#of;
    await this.#replication?.close();
    if (this.#state === 'whole' || this.#state === 'unread') await session.rollback();
    await session.close();
    if (!this.#madePublication || this.slot !== undefined) return;
    this.#madePublication = false;
    await this.#aside(async (other) => {
      await other.run(`DROP PUBLICATION IF EXISTS ${quoteIdent(source.names.publication)}`, source.doing);
    });
  }

  async #aside(work: (session: Session) => Promise<void>): Promise<void> {
    const session = await this.#of.source.server.session();
    try {
      await work(session);
    } finally {
      await session.close();
    }
  }
}

const sameAttributes = (a: CdcTable, b: CdcTable): boolean =>
  JSON.stringify(a.attributes) === JSON.stringify(b.attributes);
