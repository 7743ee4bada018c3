import { z } from 'zod';

/** What OpenLineage asks of a run event, from https://openlineage.io/docs/spec/object-model, with its formats held. */
const facets = z.record(z.string(), z.looseObject({ _producer: z.url(), _schemaURL: z.url() }));
const dataset = z.object({ namespace: z.string().min(1), name: z.string().min(1), facets });

export const openLineageEvent = z.object({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.url(),
  schemaURL: z.url(),
  run: z.object({ runId: z.guid(), facets }),
  job: z.object({ namespace: z.string().min(1), name: z.string().min(1), facets }),
  inputs: z.array(dataset),
  outputs: z.array(dataset),
});
