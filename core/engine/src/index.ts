export * from './host.js';
export * from './manifest/process-spec.js';
export * from './results.js';
