import { z } from 'zod';

/**
 * What OpenLineage asks of events and of the facets that dpone writes, from its published schemas (spec 1-0-5 and facets).
 * They are written down here because no package of a registry holds them as files: the clients of Python and Java have
 * classes that were made from them.
 */
const facet = { _producer: z.url(), _schemaURL: z.url() };
const facets = z.record(z.string(), z.looseObject(facet));
const schema = z.strictObject({
  ...facet,
  fields: z.array(z.object({ name: z.string().min(1), type: z.string() })).min(1),
});
const columnLineage = z.strictObject({
  ...facet,
  fields: z.record(
    z.string(),
    z.object({
      inputFields: z
        .array(
          z.object({
            namespace: z.string().min(1),
            name: z.string().min(1),
            field: z.string().min(1),
            transformations: z.array(
              z.object({ type: z.enum(['DIRECT', 'INDIRECT']), subtype: z.string(), masking: z.boolean() }),
            ),
          }),
        )
        .min(1),
    }),
  ),
});
const dataset = (own: z.ZodRawShape) =>
  z.strictObject({
    namespace: z.string().min(1),
    name: z.string().min(1),
    facets: z.strictObject(own),
    outputFacets: z
      .strictObject({
        outputStatistics: z.strictObject({
          ...facet,
          rowCount: z.int().min(0),
          size: z.int().min(0),
        }),
      })
      .optional(),
  });

export const openLineageEvent = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.url(),
  schemaURL: z.url(),
  run: z.strictObject({ runId: z.guid(), facets }),
  job: z.strictObject({ namespace: z.string().min(1), name: z.string().min(1), facets }),
  inputs: z.array(dataset({ schema })),
  outputs: z.array(dataset({ schema, columnLineage })),
});

/** OTLP as JSON, from opentelemetry-proto: ids in hex, times as texts of nanoseconds. */
const attribute = z.strictObject({ key: z.string().min(1), value: z.looseObject({}) });
const resource = z.looseObject({ attributes: z.array(attribute) });
const nanos = z.string().regex(/^\d{19}$/);
const span = z.looseObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes: z.array(attribute),
  status: z.looseObject({ code: z.int().min(0).max(2) }),
});
export const otlpTraces = z.looseObject({
  resourceSpans: z
    .array(z.looseObject({ resource, scopeSpans: z.array(z.looseObject({ spans: z.array(span).min(1) })) }))
    .min(1),
});
const point = z.looseObject({ attributes: z.array(attribute), timeUnixNano: nanos, asDouble: z.number() });
export const otlpMetrics = z.looseObject({
  resourceMetrics: z
    .array(
      z.looseObject({
        resource,
        scopeMetrics: z.array(
          z.looseObject({
            metrics: z.array(
              z.looseObject({
                name: z.string().min(1),
                unit: z.string(),
                gauge: z.looseObject({ dataPoints: z.array(point).min(1) }),
              }),
            ),
          }),
        ),
      }),
    )
    .min(1),
});
