import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { FileSet } from '@dpone/sdk';
import { bytesOf, type Transfer } from './download.js';
import type { FileForm } from './file-set.js';
import { all } from './limit.js';
import type { LocalCopies } from './local-copies.js';
import type { Store, StoredObject } from './store.js';

/** Of a text object so many bytes are looked at for its columns; one that is not larger is looked at whole. */
const TEXT_BYTES = 4 << 20;
/** Of a Parquet object the last bytes, which hold its schema and its row counts. */
const FOOTER_BYTES = 64 << 10;

export interface Sampling {
  readonly stores: ReadonlyMap<string, Store>;
  readonly copies: LocalCopies;
  readonly transfer: Transfer;
}

/** Files from which an engine can tell the objects' columns, and of Parquet their rows, without reading all of them. */
export async function sampleFiles(objects: readonly StoredObject[], form: FileForm, by: Sampling): Promise<FileSet> {
  if (form.lane === 'parquet') {
    const paths = await all(objects.map((object) => footerOf(object, by)));
    return { ...form, paths };
  }
  const paths = await all(objects.map((object) => headOf(object, form, by)));
  return { ...form, compression: 'none', paths };
}

/** A file of the object's size with its first and last bytes in place; nothing between takes room on the disk. */
async function footerOf(object: StoredObject, by: Sampling): Promise<string> {
  const path = await by.copies.pathFor(object);
  const { size } = object;
  let tail = await part(object, Math.max(0, size - FOOTER_BYTES), size, by);
  const footer =
    tail.length < 8 ? 0 : Buffer.from(tail.buffer, tail.byteOffset, tail.length).readUInt32LE(tail.length - 8) + 8;
  if (footer > tail.length && footer <= size) tail = await part(object, size - footer, size, by);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    await file.truncate(size);
    if (tail.length < size) await file.write(Buffer.from('PAR1'), 0, 4, 0);
    await file.write(tail, 0, tail.length, size - tail.length);
  } finally {
    await file.close();
  }
  return path;
}

/** The beginning of a text object, unpacked, up to the end of a record; the whole where no record ends in it. */
async function headOf(object: StoredObject, form: FileForm, by: Sampling): Promise<string> {
  const path = await by.copies.pathFor(object);
  const whole = form.format.sampleRows === -1 || !cuttable(form.format.encoding);
  const first = await unpacked(
    await part(object, 0, whole ? object.size : Math.min(object.size, TEXT_BYTES), by),
    form,
  );
  const cut = whole || object.size <= TEXT_BYTES ? first.length : endOfRecords(first, form);
  const bytes = cut > 0 ? first.subarray(0, cut) : await unpacked(await part(object, 0, object.size, by), form);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return path;
}

const part = (object: StoredObject, from: number, to: number, { stores, transfer }: Sampling): Promise<Uint8Array> =>
  transfer.limit(() => bytesOf(stores.get(object.bucket)!, object, { from, to }, transfer));

/** In other encodings a byte is no letter. */
const cuttable = (encoding: string | undefined): boolean => !(encoding ?? '').toLowerCase().startsWith('utf-16');

/** What a packed beginning holds: a stream that breaks off gives what it had until then. */
export async function unpacked(bytes: Uint8Array, { compression }: Pick<FileForm, 'compression'>): Promise<Uint8Array> {
  if (compression === 'none') return bytes;
  const stream = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  const parts: Buffer[] = [];
  stream.on('error', () => {});
  stream.end(bytes);
  try {
    for await (const chunk of stream) parts.push(chunk as Buffer);
  } catch {
    // The end is missing, on purpose; what is broken is met when the object is read.
  }
  return Buffer.concat(parts);
}

const NEWLINE = 10;

/** Where the last whole record of a text ends; 0 where none does. */
export function endOfRecords(bytes: Uint8Array, { lane, format }: Pick<FileForm, 'lane' | 'format'>): number {
  if (lane === 'jsonl') return bytes.lastIndexOf(NEWLINE) + 1;
  const quote = (format.quote ?? '"').codePointAt(0)!;
  const escape = (format.escape ?? format.quote ?? '"').codePointAt(0)!;
  let quoted = false;
  let end = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (quoted && escape !== quote && byte === escape) at += 1;
    else if (byte === quote) quoted = !quoted;
    else if (byte === NEWLINE && !quoted) end = at + 1;
  }
  return end;
}
