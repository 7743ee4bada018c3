import type { ObservedEvent, Observer, ObserverContext } from '@dpone/sdk';
import type { ObservabilityOptions } from './options.js';

type Context = ObserverContext<ObservabilityOptions>;

/** Everything that the options and the standard variables switch on, as one listener. What one of them does wrong is a warning. */
export async function openObserver(ctx: Context): Promise<Observer> {
  const listeners = await listenersOf(ctx);
  const failed = new Set<string>();
  return {
    event(event: ObservedEvent) {
      for (const listener of listeners)
        try {
          listener.event(event);
        } catch (error) {
          failed.add(`observability: ${error instanceof Error ? error.message : 'a listener failed'}`);
        }
    },
    async close() {
      const said = await Promise.all(listeners.map((listener) => listener.close()));
      return [...failed, ...said.flat()];
    },
  };
}

async function listenersOf({ options, env, workdir, clock }: Context): Promise<Observer[]> {
  const listeners: Observer[] = [];
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true') {
    const service = options.service ?? env['OTEL_SERVICE_NAME'] ?? 'dpone';
    const asked = (kind: 'TRACES' | 'METRICS'): boolean =>
      env[`OTEL_${kind}_EXPORTER`] !== 'none' &&
      [options.otlp, env['OTEL_EXPORTER_OTLP_ENDPOINT'], env[`OTEL_EXPORTER_OTLP_${kind}_ENDPOINT`]].some(
        (value) => value !== undefined && value !== '',
      );
    if (asked('TRACES')) {
      const { traces } = await import('./traces.js');
      listeners.push(traces(service, options.otlp?.endpoint));
    }
    if (asked('METRICS')) {
      const { meters } = await import('./meters.js');
      listeners.push(meters(service, options.otlp?.endpoint));
    }
  }
  if (options.prometheus !== undefined) {
    const { prometheus } = await import('./prometheus.js');
    listeners.push(prometheus(options.prometheus, workdir));
  }
  const url =
    options.openlineage?.url ?? (options.openlineage?.file === undefined ? env['OPENLINEAGE_URL'] : undefined);
  const lineage = { ...options.openlineage, ...(url === undefined || url === '' ? {} : { url }) };
  const wanted = lineage.url !== undefined || lineage.file !== undefined;
  if (wanted && env['OPENLINEAGE_DISABLED']?.toLowerCase() !== 'true') {
    const { openLineage } = await import('./open-lineage.js');
    const namespace = options.openlineage?.namespace ?? env['OPENLINEAGE_NAMESPACE'] ?? 'dpone';
    const endpoint = env['OPENLINEAGE_ENDPOINT'] ?? 'api/v1/lineage';
    listeners.push(
      openLineage({ ...lineage, namespace, endpoint, apiKey: env['OPENLINEAGE_API_KEY'], workdir, clock }),
    );
  }
  return listeners;
}
