export * from './codec/index.js';
export * from './gate/index.js';
export * from './sink/index.js';
export * from './source/index.js';
export * from './state-store/index.js';
export * from './strategy/index.js';
