import type { CheckResult, TargetInfo } from '@dpone/sdk';
import { randomUUID } from 'node:crypto';
import { doing } from './errors.js';
import { assertConditions } from './head.js';
import type { Layout } from './layout.js';
import type { Store } from './store.js';
import { abortUpload, beginUpload, openUploads, sendPart } from './uploads.js';

/** What a load does and needs a privilege for, tried on objects of dpone's own. */
export async function checkTarget(
  store: Store,
  layout: Layout,
  inspect: () => Promise<TargetInfo>,
): Promise<CheckResult[]> {
  const { label, meta, target, single, lane } = layout;
  const results: CheckResult[] = [];
  const attempt = async (name: string, needs: string, run: () => Promise<string>): Promise<void> => {
    try {
      const message = await doing(name, label, 'DPONE_SINK_WRITE', run);
      results.push({ name, status: 'pass', message });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      results.push({ name, status: 'fail', message, remedy: `It needs ${needs}.` });
    }
  };
  await attempt(`look at ${label}`, 's3:ListBucket and s3:GetObject', async () => {
    const { exists } = await inspect();
    return `${single ? 'one object' : 'objects'}, ${lane}; ${exists ? 'there' : 'not there yet'}`;
  });
  const key = single ? target : `${target}part-check-${randomUUID()}`;
  const signal = new AbortController().signal;
  await attempt(
    `upload to ${label}`,
    's3:PutObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads',
    async () => {
      const since = Date.now();
      const uploadId = await beginUpload(store, key, 'check', signal);
      try {
        await sendPart(store, { key, uploadId }, 1, Buffer.from('check'), signal);
        await openUploads(store, key, since);
      } finally {
        await abortUpload(store, key, uploadId);
      }
      return 'an upload in parts was begun and aborted';
    },
  );
  await attempt(
    `lock ${label}`,
    's3:PutObject, s3:GetObject and s3:DeleteObject, and a store that minds If-None-Match',
    async () => {
      await assertConditions(store, `${meta}check-${randomUUID()}-`, label);
      return 'conditional writes are honoured';
    },
  );
  return results;
}
