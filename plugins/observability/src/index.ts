import { defineObserver, definePlugin } from '@dpone/sdk';
import { observabilityOptions } from './options.js';

/** Traces, metrics and lineage of loads. What sends them is loaded when a run asks for it. */
export const standardObserver = defineObserver({
  summary: 'OpenTelemetry, Prometheus and OpenLineage of loads while they run',
  options: observabilityOptions,
  open: async (ctx) => (await import('./open-observer.js')).openObserver(ctx),
});

export default definePlugin({
  register(host) {
    host.observer('standard', standardObserver);
  },
});
