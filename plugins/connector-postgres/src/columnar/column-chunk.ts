import type { Append } from './append-fixed.js';
import type { Compress } from './page-codec.js';
import { PAGE_BYTES, PAGE_ROWS, PageBuffer } from './page-buffer.js';
import { dataPageHeader } from './page-header.js';

/** A page that is ready, or will be once it is compressed. */
export interface SealedPage {
  /** Header and body, to be written one after the other. */
  readonly parts: readonly Buffer[] | Promise<readonly Buffer[]>;
  /** Bytes of header and body before compression. */
  readonly plainBytes: number;
  /** To be called when the parts are written. */
  readonly release: () => void;
}

export interface SealedChunk {
  readonly pages: readonly SealedPage[];
  readonly nulls: number;
}

/** One column of the row group in the making: its pages, of which the last is open. */
export class ColumnChunk {
  private page: PageBuffer;
  private readonly spare: PageBuffer[] = [];
  private sealed: SealedPage[] = [];
  private sealedBytes = 0;
  private nulls = 0;

  constructor(
    private readonly column: { readonly name: string; readonly optional: boolean },
    private readonly appendValues: Append,
    private readonly compress: Compress | undefined,
  ) {
    this.page = new PageBuffer(column.name, column.optional);
  }

  /** Memory of the values that wait for the row group's end, uncompressed. */
  get bytes(): number {
    return this.sealedBytes + this.page.size;
  }

  append(source: DataView, bytes: Buffer, at: Int32Array, first: number, rows: number): void {
    for (let from = first, end = first + rows; from < end;) {
      const { page } = this;
      const to = Math.min(end, from + PAGE_ROWS - page.rows);
      this.appendValues(page, source, bytes, at, from, to);
      page.rows += to - from;
      if (page.rows === PAGE_ROWS || page.size >= PAGE_BYTES) this.seal();
      from = to;
    }
  }

  /** Ends the row group for this column. */
  end(): SealedChunk {
    if (this.page.rows > 0) this.seal();
    const chunk = { pages: this.sealed, nulls: this.nulls };
    this.sealed = [];
    this.sealedBytes = 0;
    this.nulls = 0;
    return chunk;
  }

  private seal(): void {
    const { page } = this;
    const { start, end } = page.body();
    const size = end - start;
    const plainHeader = dataPageHeader(page.rows, size, size);
    const plainBytes = plainHeader.length + size;
    const release = (): void => {
      page.reset();
      this.spare.push(page);
    };
    if (this.compress === undefined)
      this.sealed.push({ parts: [page.withHeader(plainHeader, start)], plainBytes, release });
    else {
      const { rows } = page;
      const parts = this.compress(page.bytes.subarray(start, end)).then((body) => {
        release();
        return [dataPageHeader(rows, size, body.length), body];
      });
      // Whoever writes the page meets its error; until then it must not count as unhandled.
      parts.catch(() => {});
      this.sealed.push({ parts, plainBytes, release: () => {} });
    }
    this.sealedBytes += size;
    this.nulls += page.nulls;
    this.page = this.spare.pop() ?? new PageBuffer(this.column.name, this.column.optional);
  }
}
