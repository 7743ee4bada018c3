import { resolve } from 'node:path';
import { atomicWrite, isJsonObject, type Observer } from '@dpone/sdk';
import { prometheusText, runMetrics } from '@dpone/sdk/observability';
import { inTime, placeOf, send } from './deadline.js';
import type { ObservabilityOptions } from './options.js';

type Options = NonNullable<ObservabilityOptions['prometheus']>;

/** The measurements of the last load, as a file that is replaced as a whole, or pushed. */
export function prometheus({ file, push_url: url }: Options, workdir: string): Observer {
  const failures = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  const tell = async (process: string, text: string): Promise<void> => {
    if (file !== undefined)
      return atomicWrite(resolve(workdir, file.replaceAll('{process}', encodeURIComponent(process))), text);
    const base = url!.replace(/\/$/, '');
    await send('PUT', `${base}/metrics/job/dpone/process/${encodeURIComponent(process)}`, text, {
      'content-type': 'text/plain; version=0.0.4',
    });
  };
  return {
    event(event) {
      if (event.type !== 'process.finished' || !isJsonObject(event.result)) return;
      const metrics = runMetrics(event.result, {});
      const { process } = event;
      work = work
        .then(() => tell(process, prometheusText(metrics)))
        .catch((error: unknown) => {
          failures.add(`observability: metrics could not be written: ${(error as Error).message}`);
        });
    },
    async close() {
      if (!(await inTime(work)))
        failures.add(`observability: ${url === undefined ? 'the file' : placeOf(url)} took too long`);
      return [...failures];
    },
  };
}
