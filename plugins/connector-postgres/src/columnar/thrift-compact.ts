import { fail } from '@dpone/sdk';

/** Element and field types of the compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). */
export const THRIFT = { true: 1, false: 2, i8: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 };

/** Writes one struct of Thrift's compact protocol: what a Parquet page header and footer are made of. */
export class ThriftWriter {
  private bytes = Buffer.allocUnsafe(512);
  private used = 0;
  private last = 0;

  i8(id: number, value: number): void {
    this.field(id, THRIFT.i8);
    this.byte(value & 0xff);
  }

  i32(id: number, value: number): void {
    this.field(id, THRIFT.i32);
    this.zigzag(value);
  }

  /** Integers up to 2^53. */
  i64(id: number, value: number): void {
    this.field(id, THRIFT.i64);
    this.zigzag(value);
  }

  bool(id: number, value: boolean): void {
    this.field(id, value ? THRIFT.true : THRIFT.false);
  }

  text(id: number, value: string): void {
    this.field(id, THRIFT.binary);
    this.textValue(value);
  }

  struct(id: number, body: () => void): void {
    this.field(id, THRIFT.struct);
    this.structValue(body);
  }

  /** A struct without fields: a member of a union that carries nothing. */
  empty(id: number): void {
    this.field(id, THRIFT.struct);
    this.byte(0);
  }

  structs<T>(id: number, items: readonly T[], body: (item: T) => void): void {
    this.list(id, THRIFT.struct, items.length);
    for (const item of items) this.structValue(() => body(item));
  }

  numbers(id: number, items: readonly number[]): void {
    this.list(id, THRIFT.i32, items.length);
    for (const item of items) this.zigzag(item);
  }

  texts(id: number, items: readonly string[]): void {
    this.list(id, THRIFT.binary, items.length);
    for (const item of items) this.textValue(item);
  }

  /** Ends the outermost struct; the writer can be used again. The bytes are a copy. */
  end(): Buffer {
    this.byte(0);
    const done = Buffer.from(this.bytes.subarray(0, this.used));
    this.used = 0;
    this.last = 0;
    return done;
  }

  private structValue(body: () => void): void {
    const outer = this.last;
    this.last = 0;
    body();
    this.byte(0);
    this.last = outer;
  }

  private textValue(value: string): void {
    const text = Buffer.from(value, 'utf8');
    this.varint(text.length);
    this.reserve(text.length);
    text.copy(this.bytes, this.used);
    this.used += text.length;
  }

  /** Field ids ascend within a struct, in Parquet by less than 16: the short form always does. */
  private field(id: number, type: number): void {
    this.byte(((id - this.last) << 4) | type);
    this.last = id;
  }

  private list(id: number, type: number, size: number): void {
    this.field(id, THRIFT.list);
    if (size < 15) this.byte((size << 4) | type);
    else {
      this.byte(0xf0 | type);
      this.varint(size);
    }
  }

  private zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used++] = value;
  }

  private reserve(size: number): void {
    if (this.used + size <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + size));
    this.bytes.copy(grown, 0, 0, this.used);
    this.bytes = grown;
  }
}

export type ThriftValue = number | boolean | Buffer | readonly ThriftValue[] | ThriftStruct;
/** Fields by id. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

/** Reads structs of the compact protocol without a schema. 64-bit integers are exact up to 2^53. */
export class ThriftReader {
  constructor(
    private readonly bytes: Buffer,
    /** Where the next byte is read; after {@link struct} the byte behind the struct. */
    public at = 0,
  ) {}

  struct(): ThriftStruct {
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.byte();
      if (head === 0) return fields;
      const type = head & 0x0f;
      id = head >>> 4 === 0 ? this.zigzag() : id + (head >>> 4);
      fields.set(id, type === THRIFT.true ? true : type === THRIFT.false ? false : this.value(type));
    }
  }

  private value(type: number): ThriftValue {
    switch (type) {
      case THRIFT.true:
      case THRIFT.false:
        return this.byte() === THRIFT.true;
      case THRIFT.i8:
        return (this.byte() << 24) >> 24;
      case THRIFT.i16:
      case THRIFT.i32:
      case THRIFT.i64:
        return this.zigzag();
      case THRIFT.double:
        return this.slice(8).readDoubleLE();
      case THRIFT.binary:
        return this.slice(this.varint());
      case THRIFT.list:
        return this.list();
      case THRIFT.struct:
        return this.struct();
      default:
        throw malformed(`type ${type} at byte ${this.at}`);
    }
  }

  private list(): ThriftValue[] {
    const head = this.byte();
    const size = head >>> 4 === 15 ? this.varint() : head >>> 4;
    if (size > this.bytes.length) throw malformed(`a list of ${size} at byte ${this.at}`);
    return Array.from({ length: size }, () => this.value(head & 0x0f));
  }

  private zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  private slice(size: number): Buffer {
    const end = this.at + size;
    if (end > this.bytes.length) throw malformed(`${size} bytes at byte ${this.at} of ${this.bytes.length}`);
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw malformed(`the end at byte ${this.at - 1}`);
    return byte;
  }
}

const malformed = (what: string): Error =>
  fail('DPONE_SOURCE_READ', `a parquet file's metadata is malformed: unexpected ${what}`);
