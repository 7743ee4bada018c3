import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';
import { isNoBucket, isNoPart, isNoUpload } from './errors.js';
import type { Store } from './store.js';

/** An upload whose parts are all there and that is no object yet. Plain JSON: it outlives the process. */
export interface Upload {
  readonly key: string;
  readonly uploadId: string;
  /** The ETag of each part, in order. */
  readonly parts: readonly string[];
  readonly size: number;
}

/** By this the object of a load is known again. */
const LOAD = 'dpone-load';

export async function beginUpload(store: Store, key: string, loadId: string, signal: AbortSignal): Promise<string> {
  const { UploadId } = await store.client.send(
    new CreateMultipartUploadCommand({ ...store.base, Key: key, Metadata: { [LOAD]: loadId } }),
    { abortSignal: signal },
  );
  return UploadId!;
}

/** Sends a part, from 1; a part that is sent again replaces the one of its number. */
export async function sendPart(
  store: Store,
  upload: { readonly key: string; readonly uploadId: string },
  number: number,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const { ETag } = await store.client.send(
    new UploadPartCommand({
      ...store.base,
      Key: upload.key,
      UploadId: upload.uploadId,
      PartNumber: number,
      Body: bytes,
      ContentLength: bytes.length,
    }),
    { abortSignal: signal },
  );
  return ETag!;
}

/** How often an upload is completed that another request may be completing, and the first pause; each next one is twice it. */
const COMPLETIONS = 5;
const FIRST_PAUSE_MS = 200;

/**
 * Makes the object appear, whole and at once. Of a load that was here before the object is there already, or a request
 * of a process that died is still making it: then a store says that the parts are gone before the object is there.
 */
export async function completeUpload(store: Store, upload: Upload, loadId: string): Promise<void> {
  const { key, uploadId, parts, size } = upload;
  const command = new CompleteMultipartUploadCommand({
    ...store.base,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: parts.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) },
  });
  for (let time = 1; ; time++)
    try {
      await store.client.send(command);
      return;
    } catch (error) {
      if (!isNoUpload(error) && !isNoPart(error)) throw error;
      const there = await store.head(key);
      if (there?.metadata[LOAD] === loadId && there.size === size) return;
      if (time === COMPLETIONS) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (time - 1));
    }
}

export async function abortUpload(store: Store, key: string, uploadId: string): Promise<void> {
  try {
    await store.client.send(new AbortMultipartUploadCommand({ ...store.base, Key: key, UploadId: uploadId }));
  } catch (error) {
    if (!isNoUpload(error)) throw error;
  }
}

/** Uploads of one key that nobody completed, begun at `since` or later. */
export async function openUploads(store: Store, key: string, since: number): Promise<string[]> {
  const found: string[] = [];
  let at: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  do {
    // By the whole key: MinIO finds uploads by no shorter prefix.
    const page: Partial<ListMultipartUploadsCommandOutput> = await store.client
      .send(new ListMultipartUploadsCommand({ ...store.base, Prefix: key, ...at }))
      .catch((error: unknown) => {
        if (isNoUpload(error) && !isNoBucket(error)) return {};
        throw error;
      });
    for (const { Key, UploadId, Initiated } of page.Uploads ?? [])
      if (Key === key && UploadId !== undefined && (Initiated?.getTime() ?? since) >= since) found.push(UploadId);
    at =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' }
        : undefined;
  } while (at !== undefined);
  return found;
}
