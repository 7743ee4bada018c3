import type {
  CodecDefinition,
  Column,
  GateDefinition,
  SinkDefinition,
  SourceDefinition,
  StateStoreDefinition,
  StrategyDefinition,
  TableRef,
} from '@dpone/sdk';
import type { Fixture, Row } from './fixtures/fixture.js';
import type { Waiver } from './waivers.js';

/** What a manifest would say to reach a table, a file or a topic. */
export interface Place {
  /** As in a manifest, before it is parsed; leave out where the system needs no connection. */
  readonly connection?: unknown;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly table?: TableRef;
  /** Sinks: `staging.schema`. */
  readonly stagingSchema?: string;
}

/** What a case gives a scenario: an empty folder of its own, removed afterwards. */
export interface CaseFolder {
  readonly workdir: string;
}

type MaybePromise<T> = T | Promise<T>;

interface SystemScenario {
  /** The type's id: `postgres`. */
  readonly id: string;
  readonly waivers?: readonly Waiver[];
}

interface ConnectorScenario extends SystemScenario {
  /** Codecs that decode the byte lanes which the system offers or accepts; none are needed for the rows lane. */
  readonly codecs?: readonly CodecDefinition[];
  /** A connection that leads nowhere (wrong host, path or password); leave out where there is none. */
  readonly unreachable?: (folder: CaseFolder) => MaybePromise<Place>;
  /** Whether the system has a type for a column of the fixtures. Default: it has one for every column. */
  readonly holds?: (column: Column) => boolean;
  /** Whether the system's type for a column reaches a value of the fixtures. Default: it reaches every one. */
  readonly reaches?: (column: Column, value: unknown) => boolean;
}

export interface SourceScenario extends ConnectorScenario {
  readonly kind: 'source';
  readonly definition: SourceDefinition;
  /** Puts a fixture into the system by the system's own means, not by dpone's sink, and says how to reach it. */
  readonly seed: (fixture: Fixture, folder: CaseFolder) => MaybePromise<Place>;
  /** Adds rows to what `seed` made; needed where a cursor is declared. */
  readonly append?: (place: Place, fixture: Fixture, folder: CaseFolder) => MaybePromise<void>;
  /** A place like a seeded one, at which there is nothing. */
  readonly missing: (folder: CaseFolder) => MaybePromise<Place>;
}

export interface SinkScenario extends ConnectorScenario {
  readonly kind: 'sink';
  readonly definition: SinkDefinition;
  /** A fresh place without a target. A second call in one folder with another name gives another target of the same system. */
  readonly place: (name: string, folder: CaseFolder) => MaybePromise<Place>;
  /** The target's rows, read by the system's own means, not by the sink; null where there is no target. No sink is open meanwhile. */
  readonly rows: (place: Place, folder: CaseFolder) => MaybePromise<readonly Row[] | null>;
  /** Every table (file, topic) that the system shows, for finding what a load leaves behind. No sink is open meanwhile. */
  readonly tables: (place: Place, folder: CaseFolder) => MaybePromise<readonly string[]>;
}

export interface StrategyScenario extends SystemScenario {
  readonly kind: 'strategy';
  readonly definition: StrategyDefinition;
  /** Options to try besides the example's. */
  readonly options?: readonly Readonly<Record<string, unknown>>[];
  /** What the target should hold after a load, said independently of the strategy. */
  readonly effect?: (before: readonly Row[], staged: readonly Row[], key: readonly string[]) => readonly Row[];
}

export interface GateScenario extends SystemScenario {
  readonly kind: 'gate';
  readonly definition: GateDefinition;
  /** Writes green evidence into the folder and gives the input that makes the gate green, and the paths of the evidence in it. */
  readonly green: (
    folder: CaseFolder,
  ) => MaybePromise<{ readonly input: Readonly<Record<string, unknown>>; readonly evidence: readonly string[] }>;
}

export interface CodecScenario extends SystemScenario {
  readonly kind: 'codec';
  readonly definition: CodecDefinition;
  readonly holds?: (column: Column) => boolean;
}

export interface StateStoreScenario extends SystemScenario {
  readonly kind: 'stateStore';
  readonly definition: StateStoreDefinition;
  /** A place without any state; what is opened there twice is the same store. */
  readonly place: (folder: CaseFolder) => MaybePromise<Pick<Place, 'connection' | 'options'>>;
  /** A connection that leads nowhere; leave out where there is none. */
  readonly unreachable?: (folder: CaseFolder) => MaybePromise<Pick<Place, 'connection' | 'options'>>;
}

/** A system and how the kit reaches it. */
export type Scenario =
  | SourceScenario
  | SinkScenario
  | StrategyScenario
  | GateScenario
  | CodecScenario
  | StateStoreScenario;
