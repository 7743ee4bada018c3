import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isoTimestamp, type ObservedEvent, type Observer } from '@dpone/sdk';
import { facet, runEvent, type EventType } from '@dpone/sdk/observability';
import { inTime, placeOf, send } from './deadline.js';
import { datasetsOf, type PlannedLineage } from './lineage-datasets.js';
import type { LoadResult } from './load-result.js';

export interface OpenLineageOptions {
  readonly url?: string | undefined;
  readonly file?: string | undefined;
  readonly namespace: string;
  /** The path below `url`. */
  readonly endpoint: string;
  readonly apiKey: string | undefined;
  readonly workdir: string;
  readonly clock: { now(): Date };
}

interface Load {
  readonly runId: string;
  readonly loadId: string;
  lineage: PlannedLineage | null;
}

/** START when a load begins, RUNNING when it is planned, COMPLETE or FAIL at its end. The run of a load is its load id. */
export function openLineage(options: OpenLineageOptions): Observer {
  const loads = new Map<string, Load>();
  const failures = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  const tell = (type: EventType, process: string, load: Load, result?: LoadResult): void => {
    const event = JSON.stringify(lineageEvent(type, process, load, options, result));
    // In order, one after the other, on the side.
    work = work
      .then(() => deliver(event, options))
      .catch((error: unknown) => {
        failures.add(`observability: lineage was not taken: ${(error as Error).message}`);
      });
  };
  return {
    event(event: ObservedEvent) {
      const { process, type } = event;
      if (type === 'process.started') {
        const load = { runId: event.run_id ?? '', loadId: event.load_id ?? '', lineage: null };
        loads.set(process, load);
        return tell('START', process, load);
      }
      const load = loads.get(process);
      if (load === undefined) return;
      if (type === 'planned') {
        load.lineage = (event.plan?.['lineage'] ?? null) as PlannedLineage | null;
        tell('RUNNING', process, load);
      } else if (type === 'retry') {
        tell('FAIL', process, load);
        loads.delete(process);
      } else if (type === 'process.finished') {
        const result = (event.result ?? {}) as LoadResult;
        tell(result.passed === true ? 'COMPLETE' : 'FAIL', process, load, result);
        loads.delete(process);
      }
    },
    async close() {
      if (!(await inTime(work))) {
        const place = options.url === undefined ? options.file! : placeOf(options.url);
        failures.add(`observability: lineage was not taken in time: ${place}`);
      }
      return [...failures];
    },
  };
}

async function deliver(event: string, { url, file, endpoint, apiKey, workdir }: OpenLineageOptions): Promise<void> {
  if (url !== undefined)
    await send('POST', `${url.replace(/\/$/, '')}/${endpoint.replace(/^\//, '')}`, event, {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    });
  if (file === undefined) return;
  const path = resolve(workdir, file);
  await mkdir(dirname(path), { recursive: true });
  await appendFile(path, `${event}\n`);
}

function lineageEvent(
  type: EventType,
  process: string,
  { runId, loadId, lineage }: Load,
  { namespace, clock }: OpenLineageOptions,
  result: LoadResult | undefined,
): object {
  const code = result?.result?.errors?.[0]?.code;
  return runEvent({
    type,
    time: isoTimestamp(clock.now()),
    runId: loadId,
    runFacets: {
      dpone_run: facet('RunFacet', {
        run_id: runId,
        load_id: loadId,
        ...(result?.result?.status === undefined ? {} : { status: result.result.status }),
      }),
      ...(type !== 'FAIL'
        ? {}
        : {
            errorMessage: {
              ...facet('RunFacet', { message: code ?? 'the load failed', programmingLanguage: 'JavaScript' }),
              _schemaURL:
                'https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet',
            },
          }),
    },
    job: {
      namespace,
      name: process,
      facets: {
        jobType: {
          ...facet('JobFacet', { processingType: 'BATCH', integration: 'DPONE', jobType: 'LOAD' }),
          _schemaURL: 'https://openlineage.io/spec/facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet',
        },
      },
    },
    ...datasetsOf(lineage, result),
  });
}
