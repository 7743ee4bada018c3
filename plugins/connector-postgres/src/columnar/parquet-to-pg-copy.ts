import { fail } from '@dpone/sdk';
import { ColumnCursor } from './column-cursor.js';
import { SIGNATURE } from './copy-binary-reader.js';
import type { FieldWriter, Located, PgTarget } from './field-writer.js';
import type { PlainParquetFile, PlainRowGroup } from './plain-parquet-file.js';
import { writerFor } from './writer-for.js';

/** Bytes of a piece: what a socket takes at once without the rows leaving a core's second cache. */
const PIECE = 1 << 17;
/** Rows whose values are found before they are written. */
const MOST_ROWS = 8192;
/** Bytes of a row's number of fields. */
const FIELDS = 2;

/**
 * The bytes of `COPY ... FROM STDIN (FORMAT binary)` for some row groups of a file, header and trailer included, in
 * pieces of about 128 KiB (one row is never divided). Columns and targets belong together by position; a file's row
 * groups can go to several connections. Memory: one row group and two pieces, used again: a piece is valid until the one
 * behind the next is asked for, so that one can be sent while the next is made.
 *
 * @throws DPONE_NO_LANE for a column whose type is not turned into its target's; DPONE_VALUE_OUT_OF_RANGE for a value
 * that its target cannot hold, naming the column.
 */
export async function* toPgCopy(
  file: PlainParquetFile,
  rowGroups: readonly number[],
  targets: readonly PgTarget[],
): AsyncGenerator<Buffer, void, undefined> {
  if (targets.length !== file.columns.length)
    throw fail(
      'DPONE_INTERNAL',
      `${file.path} has ${file.columns.length} columns, ${targets.length} are to be written`,
    );
  const writers = file.columns.map((column, c) => writerFor(column, targets[c]!));
  yield Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
  let memory: Buffer = Buffer.alloc(0);
  const pieceMemory = new PieceMemory();
  for (const index of rowGroups) {
    const group = file.rowGroups[index];
    if (group === undefined) throw fail('DPONE_INTERNAL', `${file.path} has no row group ${index}`);
    if (group.rows === 0) continue;
    memory = await file.read(group, memory);
    yield* pieces(file, group, memory, writers, pieceMemory);
  }
  yield Buffer.of(0xff, 0xff);
}

function* pieces(
  file: PlainParquetFile,
  group: PlainRowGroup,
  bytes: Buffer,
  writers: readonly FieldWriter[],
  pieceMemory: PieceMemory,
): Generator<Buffer, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cursors = file.columns.map((column, c) => new ColumnCursor(column, bytes, view, group.chunks[c]!, file.path));
  const rowBytes = group.bytes / group.rows + FIELDS + 2 * writers.length;
  const most = Math.min(group.rows, MOST_ROWS, Math.max(16, Math.floor(PIECE / rowBytes)));
  const sources = writers.map((): Located => ({ view, bytes, at: new Int32Array(most) }));
  const sizes = new Int32Array(most);
  const scratch = new Int32Array(most);
  const places = new Int32Array(most);
  for (let done = 0; done < group.rows;) {
    const rows = Math.min(most, group.rows - done);
    sizes.fill(FIELDS);
    for (let c = 0; c < writers.length; c++) {
      cursors[c]!.locate(sources[c]!.at.subarray(0, rows), rows, scratch);
      writers[c]!.measure(sources[c]!, rows, sizes);
    }
    // Rows may be much longer than the average: a piece ends where it is full.
    for (let from = 0; from < rows;) {
      let total = sizes[from]!;
      let to = from + 1;
      while (to < rows && total + sizes[to]! <= 2 * PIECE) total += sizes[to++]!;
      yield piece(pieceMemory.next(total), sources, writers, sizes, places, from, to);
      from = to;
    }
    done += rows;
  }
}

function piece(
  bytes: Buffer,
  sources: readonly Located[],
  writers: readonly FieldWriter[],
  sizes: Int32Array,
  at: Int32Array,
  from: number,
  to: number,
): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = from, place = 0; i < to; i++) {
    view.setInt16(place, writers.length);
    at[i] = place + FIELDS;
    place += sizes[i]!;
  }
  const out: Located = { view, bytes, at };
  for (let c = 0; c < writers.length; c++) writers[c]!.write(sources[c]!, from, to, out);
  return bytes;
}

/** Two pieces' memory, given in turn; what one very large row needed is not kept. */
class PieceMemory {
  private readonly memory = [Buffer.allocUnsafeSlow(2 * PIECE), Buffer.allocUnsafeSlow(2 * PIECE)] as const;
  private turn = 0;

  next(size: number): Buffer {
    const memory = this.memory[this.turn++ & 1]!;
    return size > memory.length ? Buffer.allocUnsafeSlow(size) : memory.subarray(0, size);
  }
}
