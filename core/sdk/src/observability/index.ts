export * from './openlineage.js';
export * from './prometheus.js';
export * from './run-metrics.js';
