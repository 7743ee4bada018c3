import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type GetObjectCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isMissing } from './errors.js';

/** An object as a listing shows it. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** With its quotes, as requests take it. */
  readonly etag: string;
  /** ISO 8601; of an upload in parts it is the time at which the upload began. */
  readonly modified: string;
  /** Where the listing was one of versions. */
  readonly versionId?: string;
}

/** What a write is bound to: `absent` is If-None-Match, an ETag is If-Match. */
export type Condition = { readonly absent: true } | { readonly etag: string };

export interface Written {
  readonly etag: string;
  readonly versionId: string | undefined;
}

export interface ReadText {
  readonly text: string;
  readonly etag: string;
  /** What the store's own clock said with its answer, and when the object was written, in milliseconds. */
  readonly now: number;
  readonly modified: number;
  readonly versionId: string | undefined;
}

/** A page of `DeleteObjects`. */
const PAGE = 1000;

/** One bucket, by the requests that this plugin makes. */
export class Store {
  readonly client: S3Client;
  readonly bucket: string;
  readonly #payer: { readonly RequestPayer?: 'requester' };

  constructor(client: S3Client, bucket: string, requesterPays: boolean) {
    this.client = client;
    this.bucket = bucket;
    this.#payer = requesterPays ? { RequestPayer: 'requester' } : {};
  }

  /** What every request about this bucket says. */
  get base(): { readonly Bucket: string; readonly RequestPayer?: 'requester' } {
    return { Bucket: this.bucket, ...this.#payer };
  }

  /** Objects whose key begins with `prefix`, in the order of keys; with `delimited` those that have no further `/` alone. */
  async *list(
    prefix: string,
    signal: AbortSignal | undefined,
    { startAfter, delimited = false }: { readonly startAfter?: string | undefined; readonly delimited?: boolean } = {},
  ): AsyncGenerator<StoredObject> {
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          ...this.base,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
          ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
          ...(delimited ? { Delimiter: '/' } : {}),
        }),
        sending(signal),
      );
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? [])
        yield { bucket: this.bucket, key: Key!, size: Size ?? 0, etag: ETag ?? '', modified: time(LastModified) };
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** Versions of keys that begin with `prefix`: the current ones, or all of them with delete markers. */
  async *versions(
    prefix: string,
    which: 'current' | 'all',
    signal: AbortSignal | undefined,
  ): AsyncGenerator<StoredObject & { readonly versionId: string }> {
    let at: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    do {
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ ...this.base, Prefix: prefix, ...at }),
        sending(signal),
      );
      const { Versions = [], DeleteMarkers = [] } = page;
      for (const v of Versions)
        if (which === 'all' || v.IsLatest === true)
          yield {
            bucket: this.bucket,
            key: v.Key!,
            size: v.Size ?? 0,
            etag: v.ETag ?? '',
            modified: time(v.LastModified),
            versionId: v.VersionId ?? 'null',
          };
      if (which === 'all')
        for (const m of DeleteMarkers)
          yield { bucket: this.bucket, key: m.Key!, size: 0, etag: '', modified: '', versionId: m.VersionId ?? 'null' };
      at =
        page.IsTruncated === true
          ? {
              ...(page.NextKeyMarker === undefined ? {} : { KeyMarker: page.NextKeyMarker }),
              ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
            }
          : undefined;
    } while (at !== undefined);
  }

  /** An object's bytes, all or a range of them, as long as it is the one that was listed. */
  async get(
    object: Pick<StoredObject, 'key' | 'etag' | 'versionId'>,
    range: { readonly from: number; readonly to: number } | undefined,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    const input: GetObjectCommandInput = {
      ...this.base,
      Key: object.key,
      ...(object.versionId === undefined ? { IfMatch: object.etag } : { VersionId: object.versionId }),
      ...(range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` }),
    };
    const { Body } = await this.client.send(new GetObjectCommand(input), sending(signal));
    return Body as AsyncIterable<Uint8Array>;
  }

  /** A small object's text; null where there is none. */
  async read(key: string, signal?: AbortSignal): Promise<ReadText | null> {
    const command = new GetObjectCommand({ ...this.base, Key: key });
    let now = Date.now();
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { headers } = (result.response ?? {}) as { headers?: Record<string, string> };
        const said = Date.parse(headers?.['date'] ?? '');
        if (!Number.isNaN(said)) now = said;
        return result;
      },
      { step: 'deserialize', name: 'dponeServerClock', priority: 'low' },
    );
    try {
      const { Body, ETag, LastModified, VersionId } = await this.client.send(command, sending(signal));
      const text = await Body!.transformToString('utf-8');
      return { text, etag: ETag ?? '', now, modified: LastModified?.getTime() ?? now, versionId: VersionId };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** What was said of an object when it was written; null where there is none. */
  async head(
    key: string,
    signal?: AbortSignal,
  ): Promise<{ readonly size: number; readonly etag: string; readonly metadata: Record<string, string> } | null> {
    try {
      const { ContentLength, ETag, Metadata } = await this.client.send(
        new HeadObjectCommand({ ...this.base, Key: key }),
        sending(signal),
      );
      return { size: ContentLength ?? 0, etag: ETag ?? '', metadata: Metadata ?? {} };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async put(key: string, body: string | Uint8Array, condition?: Condition, signal?: AbortSignal): Promise<Written> {
    const bound =
      condition === undefined ? {} : 'absent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
    const { ETag, VersionId } = await this.client.send(
      new PutObjectCommand({
        ...this.base,
        Key: key,
        Body: body,
        ContentLength: Buffer.byteLength(body),
        ...bound,
      }),
      sending(signal),
    );
    return { etag: ETag ?? '', versionId: VersionId };
  }

  /** Removes objects; of a version id that version alone. */
  async remove(objects: readonly { readonly key: string; readonly versionId?: string }[]): Promise<void> {
    for (let at = 0; at < objects.length; at += PAGE) {
      const page = objects.slice(at, at + PAGE);
      const { Errors } = await this.client.send(
        new DeleteObjectsCommand({
          ...this.base,
          Delete: {
            Quiet: true,
            Objects: page.map(({ key, versionId }) => ({
              Key: key,
              ...(versionId === undefined ? {} : { VersionId: versionId }),
            })),
          },
        }),
      );
      const failed = Errors?.find((e) => e.Code !== 'NoSuchKey' && e.Code !== 'NoSuchVersion');
      if (failed !== undefined)
        throw Object.assign(new Error(`${failed.Key} cannot be removed: ${failed.Message ?? failed.Code}`), {
          Code: failed.Code,
        });
    }
  }

  /** Removes what is below a prefix of dpone's own, in a versioned bucket its older versions too where that is allowed. */
  async removeBelow(prefix: string): Promise<void> {
    const found: { key: string; versionId?: string }[] = [];
    try {
      for await (const { key, versionId } of this.versions(prefix, 'all', undefined)) found.push({ key, versionId });
      await this.remove(found);
    } catch {
      const current: { key: string }[] = [];
      for await (const { key } of this.list(prefix, undefined)) current.push({ key });
      await this.remove(current);
    }
  }
}

const sending = (signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } =>
  signal === undefined ? {} : { abortSignal: signal };

const time = (date: Date | undefined): string => date?.toISOString() ?? '';
