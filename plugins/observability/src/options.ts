import { z } from 'zod';

const endpoint = (what: string) => z.url({ protocol: /^https?$/ }).describe(what);

/** The keys of `observability` in a manifest. */
export const observabilityOptions = z.strictObject({
  service: z
    .string()
    .min(1)
    .optional()
    .describe('`service.name` of traces and metrics. Default: OTEL_SERVICE_NAME, else `dpone`.'),
  otlp: z
    .strictObject({
      endpoint: endpoint(
        'Base of the collector; `/v1/traces` and `/v1/metrics` are added, as OTEL_EXPORTER_OTLP_ENDPOINT says.',
      ),
    })
    .optional()
    .describe('Traces and metrics by OTLP over HTTP. Headers come from OTEL_EXPORTER_OTLP_HEADERS.'),
  prometheus: z
    .strictObject({
      file: z
        .string()
        .regex(/\.prom$/, 'must end in .prom, or the collector leaves it out')
        .optional()
        .describe(
          'A file for the textfile collector, relative to the project; `{process}` stands for the name of the process.',
        ),
      push_url: endpoint('A Pushgateway; `/metrics/job/dpone/process/<process>` is added.').optional(),
    })
    .refine(({ file, push_url: url }) => (file === undefined) !== (url === undefined), 'needs file or push_url')
    .optional()
    .describe('The measurements of the last load, as Prometheus text.'),
  openlineage: z
    .strictObject({
      url: endpoint('The backend; `/api/v1/lineage` is added. Default: OPENLINEAGE_URL.').optional(),
      file: z
        .string()
        .min(1)
        .optional()
        .describe('A file that events are appended to, one JSON a line, relative to the project.'),
      namespace: z
        .string()
        .min(1)
        .optional()
        .describe('Namespace of the jobs. Default: OPENLINEAGE_NAMESPACE, else `dpone`.'),
    })
    .optional()
    .describe('OpenLineage events of each load.'),
});
export type ObservabilityOptions = z.output<typeof observabilityOptions>;
