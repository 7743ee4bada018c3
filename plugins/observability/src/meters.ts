import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { isJsonObject, type Observer } from '@dpone/sdk';
import { runMetrics } from '@dpone/sdk/observability';
import { inTime, PATIENCE_MS } from './deadline.js';
import { resourceOf } from './resource.js';

/** Told between the loads of a run that follows; the last word comes when the run closes. */
const INTERVAL_MS = 60_000;

/** The measurements of each load under the names that `dpone observability metrics-export` writes. */
export function meters(service: string, endpoint: string | undefined): Observer {
  const failures = new Set<string>();
  const exporter = new OTLPMetricExporter({
    ...(endpoint === undefined ? {} : { url: `${endpoint.replace(/\/$/, '')}/v1/metrics` }),
    timeoutMillis: PATIENCE_MS,
  });
  const take = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    take(metrics, (result) => {
      if (result.code !== 0) failures.add('observability: metrics were not taken by the collector');
      done(result);
    });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: INTERVAL_MS,
    exportTimeoutMillis: PATIENCE_MS,
  });
  const provider = new MeterProvider({ resource: resourceOf(service), readers: [reader] });
  const meter = provider.getMeter('dpone');
  let told = false;
  return {
    event(event) {
      if (event.type !== 'process.finished' || !isJsonObject(event.result)) return;
      for (const { name, value, labels, description, unit } of runMetrics(event.result, {})) {
        told = true;
        meter.createGauge(name, { description, unit }).record(value, labels);
      }
    },
    async close() {
      if (told && !(await inTime(provider.forceFlush()))) failures.add('observability: metrics were not taken in time');
      void provider.shutdown().catch(() => undefined);
      return [...failures];
    },
  };
}
