/** Writes the protocol's primitive types one behind the other into memory that grows. */
export class Writer {
  #buffer: Buffer;
  #at = 0;

  constructor(size: number = 256) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#at;
  }

  /** Room for `count` more bytes. */
  reserve(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + count));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  int8(value: number): this {
    this.reserve(1);
    this.#at = this.#buffer.writeInt8(value, this.#at);
    return this;
  }

  int16(value: number): this {
    this.reserve(2);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.reserve(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
    return this;
  }

  uint32(value: number): this {
    this.reserve(4);
    this.#at = this.#buffer.writeUInt32BE(value, this.#at);
    return this;
  }

  int64(value: number | bigint): this {
    this.reserve(8);
    this.#at = this.#buffer.writeBigInt64BE(BigInt(value), this.#at);
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value, 'utf8');
    return this.int16(bytes.length).raw(bytes);
  }

  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Zigzag. */
  varint(value: number): this {
    this.reserve(5);
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
    return this;
  }

  /** Zigzag, 64 bits. */
  varlong(value: bigint): this {
    if (BigInt.asIntN(31, value) === value) return this.varint(Number(value));
    this.reserve(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; rest >= 0x80n; rest >>= 7n) this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#buffer[this.#at++] = Number(rest);
    return this;
  }

  /** Bytes behind their length; null is -1. */
  varBytes(bytes: Uint8Array | null): this {
    return bytes === null ? this.varint(-1) : this.varint(bytes.length).raw(bytes);
  }

  /** Text as UTF-8 behind its length. */
  varText(text: string): this {
    const size = Buffer.byteLength(text);
    this.varint(size).reserve(size);
    this.#at += this.#buffer.write(text, this.#at, 'utf8');
    return this;
  }

  /** Room for the head of a frame, which `endFrame` fills: how records lie in a staged file. */
  beginFrame(): number {
    this.reserve(8);
    this.#at += 8;
    return this.#at;
  }

  /** The bytes since `from` behind their length and a number, both little-endian. */
  endFrame(from: number, mark: number): void {
    this.#buffer.writeUInt32LE(this.#at - from, from - 8);
    this.#buffer.writeInt32LE(mark, from - 4);
  }

  /** Forgets what was written since. */
  rewind(to: number): void {
    this.#at = to;
  }

  /** A piece of other bytes. */
  slice(bytes: Uint8Array, from: number, to: number): this {
    const length = to - from;
    this.reserve(length);
    const target = this.#buffer;
    // A call costs more than a few hundred bytes.
    if (length <= 512) for (let i = from, at = this.#at; i < to; i++, at++) target[at] = bytes[i]!;
    else target.set(bytes.subarray(from, to), this.#at);
    this.#at += length;
    return this;
  }

  /** Puts a value where room was left before. */
  patchInt32(at: number, value: number): void {
    this.#buffer.writeInt32BE(value, at);
  }

  patchUInt32(at: number, value: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  /** What was written so far; overwritten by what is written after `reset`. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  reset(): void {
    this.#at = 0;
  }
}

/** Bytes of a zigzag varint. */
export function varintSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  for (; rest >= 0x80; rest >>>= 7) size++;
  return size;
}
