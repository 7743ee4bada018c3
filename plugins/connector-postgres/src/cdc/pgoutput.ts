import { fail } from '@dpone/sdk';

/** A value as the server's text; null for NULL, undefined for a large value that did not change and is not in the log. */
export type LogValue = string | null | undefined;
export type LogTuple = readonly LogValue[];

/** A column as it was when the change was made. */
export interface LogColumn {
  readonly name: string;
  /** Whether it belongs to the replica identity. */
  readonly key: boolean;
  readonly type: number;
  readonly typmod: number;
}

/** A table as it was when the change was made. */
export interface LogRelation {
  readonly oid: number;
  readonly columns: readonly LogColumn[];
}

/** The row before a change: all of it (REPLICA IDENTITY FULL), or its key with null for what is no key. */
export interface OldRow {
  readonly whole: boolean;
  readonly tuple: LogTuple;
}

export type LogMessage =
  /** `commitLsn` is where the transaction's commit begins; `committedAt` microseconds since 2000-01-01 UTC. */
  | { readonly kind: 'begin'; readonly commitLsn: bigint; readonly committedAt: bigint; readonly xid: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'relation'; readonly relation: LogRelation }
  | { readonly kind: 'insert'; readonly row: LogTuple }
  | { readonly kind: 'update'; readonly old?: OldRow; readonly row: LogTuple }
  | { readonly kind: 'delete'; readonly old: OldRow }
  | { readonly kind: 'truncate' }
  /** Of another table, or nothing that changes a row. */
  | { readonly kind: 'other' };

const OTHER: LogMessage = { kind: 'other' };
const COMMIT: LogMessage = { kind: 'commit' };
const TRUNCATE: LogMessage = { kind: 'truncate' };

/**
 * Reads one message of pgoutput, protocol 1, of one table; those of others are passed over undecoded.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 */
export function parseMessage(bytes: Buffer, table: number): LogMessage {
  const reader = new Reader(bytes);
  const kind = String.fromCharCode(reader.byte());
  switch (kind) {
    case 'B':
      return { kind: 'begin', commitLsn: reader.uint64(), committedAt: reader.int64(), xid: reader.uint32() };
    case 'C':
      return COMMIT;
    case 'R':
      return relation(reader, table);
    case 'I':
      if (reader.uint32() !== table) return OTHER;
      reader.expect('N');
      return { kind: 'insert', row: reader.tuple() };
    case 'U':
      return reader.uint32() === table ? update(reader) : OTHER;
    case 'D':
      if (reader.uint32() !== table) return OTHER;
      return { kind: 'delete', old: oldRow(reader, String.fromCharCode(reader.byte())) };
    case 'T': {
      const count = reader.uint32();
      reader.byte();
      for (let at = 0; at < count; at++) if (reader.uint32() === table) return TRUNCATE;
      return OTHER;
    }
    // Where the transaction came from, the name of a type, somebody's own message.
    case 'O':
    case 'Y':
    case 'M':
      return OTHER;
    default:
      throw strange(`a message ${JSON.stringify(kind)}`);
  }
}

function relation(reader: Reader, table: number): LogMessage {
  const oid = reader.uint32();
  if (oid !== table) return OTHER;
  // Schema, name and the kind of replica identity: known of the table itself.
  reader.name();
  reader.name();
  reader.byte();
  const columns = Array.from({ length: reader.uint16() }, () => ({
    key: (reader.byte() & 1) === 1,
    name: reader.name(),
    type: reader.uint32(),
    typmod: reader.int32(),
  }));
  return { kind: 'relation', relation: { oid, columns } };
}

function update(reader: Reader): LogMessage {
  const tag = String.fromCharCode(reader.byte());
  if (tag === 'N') return { kind: 'update', row: reader.tuple() };
  const old = oldRow(reader, tag);
  reader.expect('N');
  return { kind: 'update', old, row: reader.tuple() };
}

function oldRow(reader: Reader, tag: string): OldRow {
  if (tag !== 'K' && tag !== 'O') throw strange(`a row marked ${JSON.stringify(tag)}`);
  return { whole: tag === 'O', tuple: reader.tuple() };
}

const strange = (what: string): Error =>
  fail('DPONE_SOURCE_READ', `the log holds ${what}, which protocol 1 of pgoutput does not have`);

/** What the decoder puts in place of bytes that are no UTF-8. */
const REPLACED = '\u{fffd}';
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  expect(tag: string): void {
    const found = String.fromCharCode(this.byte());
    if (found !== tag) throw strange(`a row marked ${JSON.stringify(found)}`);
  }

  uint16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  uint64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64BE(this.#at - 8);
  }

  /** A text that ends with a NUL. */
  name(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  tuple(): LogTuple {
    const values: LogValue[] = Array.from({ length: this.uint16() });
    for (let at = 0; at < values.length; at++) values[at] = this.#value();
    return values;
  }

  #value(): LogValue {
    const kind = this.byte();
    if (kind === 0x6e) return null;
    if (kind === 0x75) return undefined;
    if (kind !== 0x74) throw strange(`a value marked ${kind}`);
    const length = this.uint32();
    const from = this.#at;
    this.#at += length;
    const text = this.#bytes.toString('utf8', from, this.#at);
    // A database without an encoding (SQL_ASCII) may send anything; a text may also hold the sign itself.
    if (text.includes(REPLACED)) assertUtf8(this.#bytes.subarray(from, this.#at));
    return text;
  }
}

function assertUtf8(bytes: Uint8Array): void {
  try {
    STRICT.decode(bytes);
  } catch (error) {
    throw fail('DPONE_SOURCE_READ', 'the log holds a text that is not UTF-8', {
      remedy: 'The database declares no encoding (SQL_ASCII): convert the texts of the table.',
      cause: error,
    });
  }
}
