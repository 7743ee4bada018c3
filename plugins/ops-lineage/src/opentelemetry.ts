import { families, type Metric } from '@dpone/sdk/observability';

const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** OTLP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function otlpMetrics(
  metrics: readonly Metric[],
  resource: Readonly<Record<string, string>>,
  moment: Date,
): object {
  const timeUnixNano = String(BigInt(moment.getTime()) * 1_000_000n);
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [
          {
            scope: { name: 'dpone.observability', version: '1' },
            metrics: [...families(metrics)].map(([name, samples]) => ({
              name,
              description: samples[0]!.description,
              unit: samples[0]!.unit,
              gauge: {
                dataPoints: samples.map(({ labels, value }) => ({
                  asDouble: value,
                  attributes: attributes(labels),
                  timeUnixNano,
                })),
              },
            })),
          },
        ],
      },
    ],
  };
}
