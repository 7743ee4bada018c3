import type { S3Client } from '@aws-sdk/client-s3';
import {
  isDponeError,
  type CheckResult,
  type ReadRequest,
  type Source,
  type SourceContext,
  type SourceRead,
} from '@dpone/sdk';
import { openClient } from './connection/client.js';
import type { S3Connection } from './connection/settings.js';
import { bytesOf } from './download.js';
import { formOf } from './file-set.js';
import { listObjects } from './listing.js';
import { locate, type Location } from './location.js';
import { limitTo } from './limit.js';
import type { SourceOptions } from './options.js';
import { openRead } from './source-read.js';
import { Store, type StoredObject } from './store.js';
import { lastKey } from './taken-objects.js';

const WHERE = 'source.options.path';

/** What each path of the source has, and the stores that it is in. */
export interface Listed {
  readonly objects: readonly StoredObject[];
  readonly byPath: ReadonlyMap<string, readonly StoredObject[]>;
  readonly stores: ReadonlyMap<string, Store>;
}

/** Objects as a table. */
export class S3Source implements Source {
  readonly #ctx: SourceContext<S3Connection, SourceOptions>;
  #client: Promise<S3Client> | undefined;

  constructor(ctx: SourceContext<S3Connection, SourceOptions>) {
    this.#ctx = ctx;
  }

  get #paths(): readonly string[] {
    return [this.#ctx.options.path ?? this.#ctx.options.paths ?? []].flat();
  }

  async check(): Promise<CheckResult[]> {
    const results: CheckResult[] = [];
    const { options, signal } = this.#ctx;
    let name = `list ${this.#paths.join(', ')}`;
    const add = (message: string): void => void results.push({ name, status: 'pass', message });
    try {
      const { objects, stores } = await this.#list(undefined);
      const { lane } = formOf(objects, options);
      add(`${objects.length} ${lane} ${objects.length === 1 ? 'object' : 'objects'}`);
      const first = objects.find((one) => one.size > 0);
      name = `read ${first?.key ?? 'the objects'}`;
      if (first !== undefined) {
        await bytesOf(stores.get(first.bucket)!, first, { from: 0, to: 1 }, { attempts: 1, signal });
        const read = await this.open({ scope: 'all', state: null, parallel: 1, badRows: 'fail' });
        add(`${read.schema.columns.length} columns`);
        await read.close();
      }
    } catch (error) {
      const remedy = isDponeError(error) ? { remedy: error.remedy } : {};
      results.push({
        name,
        status: 'fail',
        message: error instanceof Error ? error.message : String(error),
        ...remedy,
      });
    }
    return results;
  }

  async open(request: ReadRequest): Promise<SourceRead> {
    const { options } = this.#ctx;
    const behind = request.scope !== 'all' && request.scope.cursor === 'new_files' && options.keys_ascend;
    const listed = await this.#list(behind ? (path) => lastKey(request.state, path) : undefined);
    return openRead(listed, request, this.#ctx, {
      limit: limitTo(options.parallel_parts),
      list: () => this.#list(undefined),
    });
  }

  async #list(after: ((path: string) => string | undefined) | undefined): Promise<Listed> {
    const { connection, options, signal } = this.#ctx;
    const client = await (this.#client ??= openClient(connection, options));
    const places = this.#paths.map((path): [string, Location] => [path, locate(path, connection, WHERE)]);
    const stores = new Map(
      places.map(([, { bucket }]) => [bucket, new Store(client, bucket, connection.requesterPays)] as const),
    );
    const byPath = new Map<string, readonly StoredObject[]>();
    for (const [path, at] of places)
      byPath.set(
        path,
        await listObjects(stores.get(at.bucket)!, at, { versions: options.versions, signal, after: after?.(path) }),
      );
    const unique = new Map([...byPath.values()].flat().map((one) => [`${one.bucket}/${one.key}`, one]));
    const objects = [...unique.values()].toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return { objects, byPath, stores };
  }

  async close(): Promise<void> {
    (await this.#client)?.destroy();
  }
}
