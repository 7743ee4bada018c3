import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { download, type Transfer } from './download.js';
import { all } from './limit.js';
import type { Store, StoredObject } from './store.js';

/** Copies of objects on this machine, for engines that read files. */
export class LocalCopies {
  readonly #stores: ReadonlyMap<string, Store>;
  readonly #transfer: Transfer;
  readonly #tempDir: () => Promise<string>;
  #root: Promise<string> | undefined;
  #made = 0;

  constructor(stores: ReadonlyMap<string, Store>, transfer: Transfer, tempDir: () => Promise<string>) {
    this.#stores = stores;
    this.#transfer = transfer;
    this.#tempDir = tempDir;
  }

  /** A path of its own for an object. */
  async pathFor(object: StoredObject): Promise<string> {
    const root = await (this.#root ??= this.#tempDir().then((temp) => mkdtemp(join(temp, 's3-'))));
    this.#made += 1;
    return join(root, String(this.#made), localName(object));
  }

  /** Brings objects here, in their order; what fails leaves no copies. */
  async fetch(objects: readonly StoredObject[]): Promise<string[]> {
    const paths = await Promise.all(objects.map((object) => this.pathFor(object)));
    try {
      await all(
        objects.map((object, i) => download(this.#stores.get(object.bucket)!, object, paths[i]!, this.#transfer)),
      );
      return paths;
    } catch (error) {
      await this.remove(paths);
      throw error;
    }
  }

  async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(path, { force: true });
  }

  async close(): Promise<void> {
    const root = await this.#root?.catch(() => undefined);
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  }
}

const LONGEST_NAME = 200;
const NOT_IN_PATHS = /[\p{Cc}\\*?[\]{}]/gu;

/**
 * The object's key as a path, so that messages about a file name the object, and parts like `day=2026-01-31/` stay where
 * readers look for them. What file systems and patterns take for something else is encoded.
 */
export function localName({ bucket, key }: Pick<StoredObject, 'bucket' | 'key'>): string {
  const parts = [bucket, ...key.split('/')].filter((part) => part !== '');
  return parts.map(safePart).join('/');
}

function safePart(part: string): string {
  if (part === '.' || part === '..') return part.replaceAll('.', '%2E');
  const plain = part.replaceAll(
    NOT_IN_PATHS,
    (c) => `%${c.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  if (Buffer.byteLength(plain) <= LONGEST_NAME) return plain;
  const bytes = Buffer.from(plain);
  // The ending says what is in the file.
  return `${bytes.toString('latin1', 0, 20)}~${bytes.toString('latin1', bytes.length - 30)}`.replaceAll(
    /[^\w.=~-]/g,
    '_',
  );
}
