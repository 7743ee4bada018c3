import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** One row as the comparison keeps it. */
export interface RowRecord {
  readonly key: string;
  /** 30 hexadecimal digits. */
  readonly digest: string;
  /** Its place in the order of reading. */
  readonly ordinal: number;
  readonly deleted: boolean;
}

/** Parts that keys are spread over: each is held in memory as a whole, one after the other. */
export const PARTS = 256;

const ARENA_BYTES = 8 * 1024 * 1024;
const HEADER = 4 + 8 + 1 + 15;

interface Segment {
  readonly at: number;
  readonly bytes: number;
}

/** Rows by part, in memory as long as they fit there, else in one file: memory is flat whatever their number. */
export class RecordStore {
  #arena = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  /** Where the records of the arena begin, and which part they are of. */
  #offsets: number[] = [];
  #parts: number[] = [];
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #starts: Uint32Array = new Uint32Array(PARTS + 1);
  readonly #segments: Segment[][] = Array.from({ length: PARTS }, () => []);
  readonly #folder: (() => Promise<string>) | undefined;
  readonly #name: string;

  /** @param folder where a file goes if there are many; without one all of them stay in memory. */
  constructor(folder: (() => Promise<string>) | undefined, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Returns a promise only where the store has to be emptied first. */
  add(record: RowRecord): Promise<void> | undefined {
    const bytes = HEADER + Buffer.byteLength(record.key);
    if (this.#used + bytes > this.#arena.length && !this.#grow(bytes))
      return this.#spill().then(() => this.add(record));
    const at = this.#used;
    const arena = this.#arena;
    arena.writeUInt32LE(bytes, at);
    arena.writeDoubleLE(record.ordinal, at + 4);
    arena[at + 12] = record.deleted ? 1 : 0;
    arena.write(record.digest, at + 13, 15, 'hex');
    arena.write(record.key, at + HEADER);
    this.#used += bytes;
    this.#offsets.push(at);
    this.#parts.push(partOf(record.key));
    return undefined;
  }

  /** The records of one part, in the order of reading. */
  async *part(part: number): AsyncGenerator<RowRecord> {
    for (const { at, bytes } of this.#segments[part]!) {
      const block = Buffer.allocUnsafe(bytes);
      await this.#file!.read(block, 0, bytes, at);
      for (let offset = 0; offset < bytes; offset += block.readUInt32LE(offset)) yield recordAt(block, offset);
    }
    for (let i = this.#starts[part]!; i < this.#starts[part + 1]!; i++) yield recordAt(this.#arena, this.#offsets[i]!);
  }

  /** Puts what is still in memory to its parts: called once, when everything is in. */
  async finish(): Promise<void> {
    if (this.#file !== undefined) return this.#spill();
    const order = this.#byPart();
    this.#offsets = order.map((i) => this.#offsets[i]!);
    this.#starts = this.#partStarts();
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  #grow(bytes: number): boolean {
    const needed = this.#used + bytes;
    if (needed > ARENA_BYTES && this.#used > 0 && this.#folder !== undefined) return false;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#arena.length * 2));
    this.#arena.copy(larger, 0, 0, this.#used);
    this.#arena = larger;
    return true;
  }

  /** Where each part begins among the arena's records, once they are in the order of parts. */
  #partStarts(): Uint32Array {
    const starts = new Uint32Array(PARTS + 1);
    for (const part of this.#parts) starts[part + 1]! += 1;
    for (let part = 0; part < PARTS; part++) starts[part + 1]! += starts[part]!;
    return starts;
  }

  /** Indexes of the arena's records, part after part. */
  #byPart(): number[] {
    const next = this.#partStarts();
    const order = this.#parts.slice();
    this.#parts.forEach((part, i) => (order[next[part]!++] = i));
    return order;
  }

  async #spill(): Promise<void> {
    if (this.#used === 0) return;
    this.#file ??= await open(join(await this.#folder!(), this.#name), 'wx+', 0o600);
    const out = Buffer.allocUnsafe(this.#used);
    let used = 0;
    for (const i of this.#byPart()) {
      const at = this.#offsets[i]!;
      const bytes = this.#arena.readUInt32LE(at);
      this.#arena.copy(out, used, at, at + bytes);
      const segments = this.#segments[this.#parts[i]!]!;
      const last = segments.at(-1);
      const place = this.#fileBytes + used;
      if (last !== undefined && last.at + last.bytes === place)
        segments[segments.length - 1] = { at: last.at, bytes: last.bytes + bytes };
      else segments.push({ at: place, bytes });
      used += bytes;
    }
    await this.#file.write(out, 0, used, this.#fileBytes);
    this.#fileBytes += used;
    [this.#used, this.#offsets, this.#parts] = [0, [], []];
  }
}

const recordAt = (block: Buffer, at: number): RowRecord => ({
  ordinal: block.readDoubleLE(at + 4),
  deleted: block[at + 12] === 1,
  digest: block.toString('hex', at + 13, at + HEADER),
  key: block.toString('utf8', at + HEADER, at + block.readUInt32LE(at)),
});

/** FNV-1a over the key's code units, folded to a byte. */
function partOf(key: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) sum = Math.imul(sum ^ key.charCodeAt(i), 0x01000193);
  return ((sum >>> 24) ^ (sum >>> 16) ^ (sum >>> 8) ^ sum) & 0xff;
}
