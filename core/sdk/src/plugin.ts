import { BRANDS, type Branded } from './brand.js';
import type { CodecDefinition } from './contracts/codec.js';
import type { ExecutorDefinition } from './contracts/executor.js';
import type { GateDefinition, GateReport } from './gates/gate.js';
import type { ObserverDefinition } from './contracts/observer.js';
import type { SecretsDefinition } from './contracts/secrets.js';
import type { SinkDefinition } from './contracts/sink.js';
import type { SourceDefinition } from './contracts/source.js';
import type { StateStoreDefinition } from './contracts/state-store.js';
import type { StrategyDefinition } from './contracts/strategy.js';

/** What a plugin registers with. Ids are lower-case `[a-z][a-z0-9_-]*` and must be those of `dpone.provides`. */
export interface PluginHost {
  /** The host's plugin contract; this package's {@link API_VERSION} where both fit. */
  readonly apiVersion: number;
  source<C, O>(id: string, definition: SourceDefinition<C, O>): void;
  sink<C, O>(id: string, definition: SinkDefinition<C, O>): void;
  strategy<O>(id: string, definition: StrategyDefinition<O>): void;
  gate<I, R extends GateReport>(id: string, definition: GateDefinition<I, R>): void;
  codec(id: string, definition: CodecDefinition): void;
  stateStore<C, O>(id: string, definition: StateStoreDefinition<C, O>): void;
  secrets(id: string, definition: SecretsDefinition): void;
  executor<O>(id: string, definition: ExecutorDefinition<O>): void;
  observer<O>(id: string, definition: ObserverDefinition<O>): void;
}

export interface Plugin extends Branded<'plugin'> {
  register(host: PluginHost): void | Promise<void>;
}

/** The block `dpone` of a plugin's package.json. */
export interface PluginBlock {
  readonly apiVersion: number;
  /** The module whose default export is the plugin, relative to the package's folder. */
  readonly extensions: string;
  /** `source:postgres`, `sink:postgres`, ... */
  readonly provides: readonly string[];
}

type Unbranded<T> = Omit<T, '$$type' | 'version'>;

/**
 * A plugin: the default export of the module that `dpone.extensions` names.
 * @example export default definePlugin({ register(host) { host.source('files', filesSource); } });
 */
export const definePlugin = (plugin: Unbranded<Plugin>): Plugin => ({
  ...plugin,
  $$type: BRANDS.plugin,
  version: 'v1',
});
export const defineSource = <C, O>(d: Unbranded<SourceDefinition<C, O>>): SourceDefinition<C, O> => ({
  ...d,
  $$type: BRANDS.source,
  version: 'v1',
});
export const defineSink = <C, O>(d: Unbranded<SinkDefinition<C, O>>): SinkDefinition<C, O> => ({
  ...d,
  $$type: BRANDS.sink,
  version: 'v1',
});
export const defineStrategy = <O>(d: Unbranded<StrategyDefinition<O>>): StrategyDefinition<O> => ({
  ...d,
  $$type: BRANDS.strategy,
  version: 'v1',
});
export const defineGate = <I, R extends GateReport>(d: Unbranded<GateDefinition<I, R>>): GateDefinition<I, R> => ({
  ...d,
  $$type: BRANDS.gate,
  version: 'v1',
});
export const defineCodec = (d: Unbranded<CodecDefinition>): CodecDefinition => ({
  ...d,
  $$type: BRANDS.codec,
  version: 'v1',
});
export const defineStateStore = <C, O>(d: Unbranded<StateStoreDefinition<C, O>>): StateStoreDefinition<C, O> => ({
  ...d,
  $$type: BRANDS.stateStore,
  version: 'v1',
});
export const defineSecrets = (d: Unbranded<SecretsDefinition>): SecretsDefinition => ({
  ...d,
  $$type: BRANDS.secrets,
  version: 'v1',
});
export const defineExecutor = <O>(d: Unbranded<ExecutorDefinition<O>>): ExecutorDefinition<O> => ({
  ...d,
  $$type: BRANDS.executor,
  version: 'v1',
});
export const defineObserver = <O>(d: Unbranded<ObserverDefinition<O>>): ObserverDefinition<O> => ({
  ...d,
  $$type: BRANDS.observer,
  version: 'v1',
});
