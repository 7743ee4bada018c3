import { z } from 'zod';

/** Keys of `observability` that are acted on. */
export const OBSERVABILITY_KEYS = ['service', 'otlp', 'prometheus', 'openlineage'] as const;

/**
 * What is reported where, as far as the engine knows it: a plugin reads these keys. Other keys are of the reference
 * system, where nothing reads them either.
 */
export const observabilitySchema = z
  .looseObject({
    service: z.unknown().optional().describe('`service.name` of traces and metrics. Default: `dpone`.'),
    otlp: z
      .unknown()
      .optional()
      .describe('`{endpoint}`: traces and metrics by OpenTelemetry, OTLP over HTTP. The variables OTEL_* hold, too.'),
    prometheus: z
      .unknown()
      .optional()
      .describe('`{file}` for the textfile collector, or `{push_url}` of a Pushgateway.'),
    openlineage: z
      .unknown()
      .optional()
      .describe('`{url}` or `{file}`, and `namespace`: START, RUNNING, COMPLETE and FAIL events.'),
  })
  .optional()
  .describe('What is reported where, by the plugin @dpone/observability.');
