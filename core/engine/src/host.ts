import type {
  CodecDefinition,
  ExecutorDefinition,
  ExtensionKind,
  GateDefinition,
  Logger,
  ObserverDefinition,
  SecretsDefinition,
  SinkDefinition,
  SourceDefinition,
  StateStoreDefinition,
  StrategyDefinition,
} from '@dpone/sdk';
import type { ProcessSpec } from './manifest/process-spec.js';
import type { RunEvent } from './results.js';

/** The definition type of each kind of extension. */
export interface Definitions {
  source: SourceDefinition;
  sink: SinkDefinition;
  strategy: StrategyDefinition;
  gate: GateDefinition;
  codec: CodecDefinition;
  stateStore: StateStoreDefinition;
  secrets: SecretsDefinition;
  executor: ExecutorDefinition;
  observer: ObserverDefinition;
}

/** What the engine needs from whoever embeds it: the CLI, a test, a program. It knows no plugin and no container. */
export interface EngineHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's folder; relative paths of a manifest start here. */
  readonly workdir: string;
  readonly clock: { now(): Date };
  readonly log: Logger;
  readonly limits: { readonly memoryBytes: number; readonly threads: number };
  /** The command line that begins this host in another process; absent where it is part of another program. */
  readonly command?: readonly string[] | undefined;
  /** What is installed, sorted; reads no plugin's code. */
  ids(kind: ExtensionKind): readonly string[];
  /** Imports the one plugin that provides it. Throws DPONE_TYPE_UNKNOWN with the command that installs it. */
  definition<K extends ExtensionKind>(kind: K, id: string): Promise<Definitions[K]>;
  /** Opens the scope of one run. */
  openScope(label: string): Scope;
  /** Opens what observes a run of these processes; null where nobody asked for it. Absent where nothing ever observes. */
  observe?(specs: readonly ProcessSpec[]): Promise<RunWatch | null>;
}

/** Tells observers of a run; never holds it up, never makes it fail. */
export interface RunWatch {
  onEvent(event: RunEvent): void;
  /** Sends what is left, for a few seconds at most. */
  close(): Promise<void>;
}

/** Objects of one run, or of one partition in it, made once under a key and closed in reverse order. */
export interface Scope {
  use<T extends { close(): Promise<void> }>(key: string, make: () => T | Promise<T>): Promise<T>;
  /** The scope of one unit of work; sees its parent's objects. */
  child(label: string): Scope;
  /** Closes what this scope made; never throws: a failed close is logged. */
  dispose(): Promise<void>;
}
