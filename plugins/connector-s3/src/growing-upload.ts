import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { fail } from '@dpone/sdk';
import type { Transfer } from './download.js';
import { all } from './limit.js';
import { sendPart, type Upload } from './uploads.js';
import type { Store } from './store.js';

const POLL_MS = 50;
const MOST_PARTS = 10_000;

/** How an upload that begins with its first part is made. */
export interface Opening {
  readonly store: Store;
  readonly key: string;
  /** Creates the upload and notes it down, so that whoever comes after a crash can abort it. */
  readonly begin: () => Promise<string>;
}

/**
 * Sends a file while it is written: a part goes as soon as it is on the disk. Writers add to the end; should one have
 * written elsewhere, the part's checksum differs once the file is whole, and the part is sent again.
 */
export class GrowingUpload {
  readonly #path: string;
  readonly #opening: Opening;
  readonly #transfer: Transfer;
  readonly #etags: Promise<string>[] = [];
  readonly #sums: number[] = [];
  readonly #free: Buffer[] = [];
  #uploadId: Promise<string> | undefined;
  #file: FileHandle | undefined;
  #following: Promise<void> = Promise.resolve();
  #done = false;

  constructor(path: string, opening: Opening, transfer: Transfer) {
    this.#path = path;
    this.#opening = opening;
    this.#transfer = transfer;
  }

  /** Runs the writer and sends what it writes meanwhile; what it returns, once nothing is under way any more. */
  async during<T>(write: () => Promise<T>): Promise<T> {
    this.#following = this.#follow();
    // It is met when the upload is finished.
    this.#following.catch(() => {});
    try {
      return await write();
    } finally {
      this.#done = true;
      await Promise.allSettled([this.#following]);
      await Promise.allSettled(this.#etags);
    }
  }

  /** Sends the rest of the finished file. */
  async finish(): Promise<Upload> {
    await this.#following;
    this.#file ??= await open(this.#path, 'r');
    const { size } = await this.#file.stat();
    const early = this.#etags.length;
    for (let from = early * this.#transfer.partBytes; from < size; from += this.#transfer.partBytes)
      await this.#send(from, Math.min(size, from + this.#transfer.partBytes));
    await this.#resendChanged(early);
    const parts = await all(this.#etags);
    return { key: this.#opening.key, uploadId: await this.#begun(), parts, size };
  }

  async #follow(): Promise<void> {
    const { partBytes, signal } = this.#transfer;
    while (!this.#done && !signal.aborted) {
      const size = await stat(this.#path).then(
        (found) => found.size,
        () => 0,
      );
      const from = this.#etags.length * partBytes;
      if (size >= from + partBytes) {
        this.#file ??= await open(this.#path, 'r');
        await this.#send(from, from + partBytes);
      } else await sleep(POLL_MS);
    }
  }

  /** Reads a part and hands it over; waits where too many are under way, so that their bytes do not pile up. */
  async #send(from: number, to: number): Promise<void> {
    const index = from / this.#transfer.partBytes;
    if (index >= MOST_PARTS)
      throw fail('DPONE_SINK_WRITE', `${this.#opening.key} has more than ${MOST_PARTS} parts`, {
        where: 'sink.options.part_size',
        remedy: 'Set a larger part_size, or read in more partitions: each is an object of its own.',
      });
    let started!: () => void;
    const begun = new Promise<void>((go) => (started = go));
    const sent = this.#transfer.limit(async () => {
      started();
      const bytes = await this.#read(from, to);
      this.#sums[index] = crc32(bytes);
      const uploadId = await this.#begun();
      const { store, key } = this.#opening;
      const etag = await sendPart(store, { key, uploadId }, index + 1, bytes, this.#transfer.signal);
      this.#give(bytes);
      return etag;
    });
    sent.catch(() => {});
    this.#etags[index] = sent;
    await begun;
  }

  /** Looks at the parts that were sent before the file was whole, while its last ones are under way. */
  async #resendChanged(early: number): Promise<void> {
    const { partBytes } = this.#transfer;
    for (let index = 0; index < early; index += 1) {
      await this.#etags[index];
      const from = index * partBytes;
      const bytes = await this.#read(from, from + partBytes);
      const same = crc32(bytes) === this.#sums[index];
      this.#give(bytes);
      if (!same) await this.#send(from, from + partBytes);
    }
  }

  async #read(from: number, to: number): Promise<Buffer> {
    const whole = this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#transfer.partBytes);
    const bytes = whole.subarray(0, to - from);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.#file!.read(bytes, done, bytes.length - done, from + done);
      if (bytesRead === 0) throw fail('DPONE_SINK_WRITE', `${this.#path} was cut while it was uploaded`);
      done += bytesRead;
    }
    return bytes;
  }

  /** A part's memory serves the next one: large buffers that come and go make work for the garbage collector. */
  #give(bytes: Buffer): void {
    if (bytes.length === this.#transfer.partBytes) this.#free.push(bytes);
  }

  #begun(): Promise<string> {
    return (this.#uploadId ??= this.#opening.begin());
  }

  /** Lets go of the file; an upload that is not finished is aborted with its load. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }
}
