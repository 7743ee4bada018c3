/**
 * The version of the plugin contract. A plugin states the one it was written for in its package.json
 * (`dpone.apiVersion`); the host refuses another one before it imports anything.
 */
export const API_VERSION = 1;

/** The brands of the objects that cross between a plugin and the host, each of which may carry its own copy of this package. */
export const BRANDS = {
  plugin: '@dpone/Plugin',
  source: '@dpone/Source',
  sink: '@dpone/Sink',
  strategy: '@dpone/Strategy',
  gate: '@dpone/Gate',
  codec: '@dpone/Codec',
  stateStore: '@dpone/StateStore',
  secrets: '@dpone/Secrets',
  executor: '@dpone/Executor',
  observer: '@dpone/Observer',
  error: '@dpone/Error',
} as const;

/** The kinds of extension that a plugin can provide; `provides` in package.json lists them as `kind:id`. */
export const EXTENSION_KINDS = [
  'source',
  'sink',
  'strategy',
  'gate',
  'codec',
  'stateStore',
  'secrets',
  'executor',
  'observer',
] as const;
export type ExtensionKind = (typeof EXTENSION_KINDS)[number];

/** A definition: a plain object that is recognised by its brand, never by its class. */
export interface Branded<K extends keyof typeof BRANDS> {
  readonly $$type: (typeof BRANDS)[K];
  readonly version: 'v1';
}

/** Whether a value carries a brand, whichever copy of the SDK made it. */
export function hasBrand<K extends keyof typeof BRANDS>(value: unknown, kind: K): value is Branded<K> {
  return typeof value === 'object' && value !== null && (value as { $$type?: unknown }).$$type === BRANDS[kind];
}
