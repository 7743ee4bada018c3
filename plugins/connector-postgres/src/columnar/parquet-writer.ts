import type { SealedPage } from './column-chunk.js';
import type { PageCompression } from './page-codec.js';
import { CODEC, ENCODING, MAGIC, PHYSICAL } from './parquet-format.js';
import { writeSchemaElement, type ParquetLeaf } from './parquet-schema.js';
import { ThriftWriter } from './thrift-compact.js';

/** Smaller pieces are gathered, larger ones written from where they are. */
const GATHERED = 1 << 15;

/** A column of a row group, ready to be written. */
export interface ChunkToWrite {
  readonly dictionary?: SealedPage;
  readonly pages: readonly SealedPage[];
  readonly nulls: number;
}

interface WrittenChunk {
  readonly offset: number;
  readonly dictionaryBytes: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly nulls: number;
}

interface WrittenGroup {
  readonly rows: number;
  readonly chunks: readonly WrittenChunk[];
}

/** Writes row groups and the footer of one Parquet file. */
export class ParquetWriter {
  private offset = 0;
  private readonly groups: WrittenGroup[] = [];
  private readonly gathered = Buffer.allocUnsafeSlow(4 * GATHERED);
  private gatheredBytes = 0;

  constructor(
    private readonly leaves: readonly ParquetLeaf[],
    private readonly compression: PageCompression,
    /** The bytes may be used again once the promise is kept. */
    private readonly write: (bytes: Buffer) => Promise<void> | void,
  ) {}

  async group(rows: number, chunks: readonly ChunkToWrite[]): Promise<void> {
    if (this.offset === 0) await this.put(Buffer.from(MAGIC));
    const written: WrittenChunk[] = [];
    for (const chunk of chunks) {
      const offset = this.offset;
      if (chunk.dictionary !== undefined) await this.page(chunk.dictionary);
      const dictionaryBytes = this.offset - offset;
      let plainBytes = chunk.dictionary?.plainBytes ?? 0;
      for (const page of chunk.pages) {
        await this.page(page);
        plainBytes += page.plainBytes;
      }
      written.push({ offset, dictionaryBytes, plainBytes, storedBytes: this.offset - offset, nulls: chunk.nulls });
    }
    this.groups.push({ rows, chunks: written });
  }

  /** Writes the footer; returns the file's bytes. */
  async end(): Promise<number> {
    if (this.offset === 0) await this.put(Buffer.from(MAGIC));
    const footer = this.footer();
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(footer.length, 0);
    tail.write(MAGIC, 4);
    await this.put(footer);
    await this.put(tail);
    await this.flush();
    return this.offset;
  }

  private footer(): Buffer {
    const thrift = new ThriftWriter();
    const rows = this.groups.reduce((sum, group) => sum + group.rows, 0);
    thrift.i32(1, 1);
    thrift.structs(2, [undefined, ...this.leaves], (leaf) => {
      if (leaf !== undefined) writeSchemaElement(thrift, leaf);
      else {
        thrift.text(4, 'root');
        thrift.i32(5, this.leaves.length);
      }
    });
    thrift.i64(3, rows);
    thrift.structs(4, this.groups, (group) => {
      thrift.structs(1, [...group.chunks.keys()], (c) => {
        thrift.i64(2, 0);
        thrift.struct(3, () => this.columnMetadata(thrift, this.leaves[c]!, group.rows, group.chunks[c]!));
      });
      thrift.i64(2, sum(group, 'plainBytes'));
      thrift.i64(3, group.rows);
      thrift.i64(5, group.chunks[0]!.offset);
      thrift.i64(6, sum(group, 'storedBytes'));
    });
    thrift.text(6, 'dpone');
    return thrift.end();
  }

  private columnMetadata(thrift: ThriftWriter, leaf: ParquetLeaf, rows: number, chunk: WrittenChunk): void {
    const dictionary = chunk.dictionaryBytes > 0;
    thrift.i32(1, PHYSICAL[leaf.physical]);
    thrift.numbers(2, [ENCODING.PLAIN, ENCODING.RLE, ...(dictionary ? [ENCODING.RLE_DICTIONARY] : [])]);
    thrift.texts(3, [leaf.name]);
    thrift.i32(4, CODEC[this.compression]);
    thrift.i64(5, rows);
    thrift.i64(6, chunk.plainBytes);
    thrift.i64(7, chunk.storedBytes);
    thrift.i64(9, chunk.offset + chunk.dictionaryBytes);
    if (dictionary) thrift.i64(11, chunk.offset);
    thrift.struct(12, () => thrift.i64(3, chunk.nulls));
  }

  private async page(page: SealedPage): Promise<void> {
    for (const part of await page.parts) await this.put(part);
    page.release();
  }

  private async put(bytes: Buffer): Promise<void> {
    this.offset += bytes.length;
    if (this.gatheredBytes + bytes.length > this.gathered.length) await this.flush();
    if (bytes.length > GATHERED) {
      await this.flush();
      await this.write(bytes);
    } else {
      bytes.copy(this.gathered, this.gatheredBytes);
      this.gatheredBytes += bytes.length;
    }
  }

  private async flush(): Promise<void> {
    const bytes = this.gathered.subarray(0, this.gatheredBytes);
    this.gatheredBytes = 0;
    if (bytes.length > 0) await this.write(bytes);
  }
}

const sum = (group: WrittenGroup, of: 'plainBytes' | 'storedBytes'): number =>
  group.chunks.reduce((total, chunk) => total + chunk[of], 0);
