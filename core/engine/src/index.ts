export * from './host.js';
export * from './manifest/index.js';
export * from './results.js';
