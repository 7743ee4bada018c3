import type { ChangeLimits, Json, PredicateValue, StrategyReason, TableRef } from '@dpone/sdk';

/** How a side reaches its system: by a URI or inline values (`connection:`), or by `connection_type` and `connection_id`. */
export type ConnectionRef =
  | { readonly kind: 'inline'; readonly value: string | Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'secret';
      readonly provider: string;
      readonly id: string;
      readonly options: Readonly<Record<string, unknown>>;
    };

export interface SideSpec {
  readonly type: string;
  readonly connection: ConnectionRef | null;
  readonly table?: TableRef;
  /** True where the manifest does not name the table: a source's is then the batch form's, a sink's the process's name. */
  readonly tableIsDefault?: boolean;
  /** As written, less the keys that the engine itself reads; the plugin's `options` schema is the judge. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type LineagePreset = 'off' | 'minimal' | 'standard' | 'debug' | 'hierarchical';

/** One process of a manifest: merged, rendered, validated; every default filled in. Secrets are still references. */
export interface ProcessSpec {
  readonly name: string;
  /** `<schema>.<table>` or the table's id in a batch manifest; null in the single form. */
  readonly selector: string | null;
  /** Relative to the project, with forward slashes. */
  readonly manifest: string;
  readonly description?: string;
  readonly taskGroup?: string;
  readonly source: SideSpec & {
    readonly cursor?: {
      readonly kind: 'column' | 'new_files' | 'xmin' | 'cdc' | 'offsets';
      readonly column?: string;
      /** Days that the read goes back behind the state; absent = none. */
      readonly lookbackDays?: number;
    };
    readonly partitioning?: PartitioningSpec;
    readonly columns?: readonly { readonly name: string; readonly type: string }[];
    readonly excludeColumns: readonly string[];
    readonly customPredicate?: string;
  };
  readonly sink: SideSpec & {
    readonly table: TableRef;
    readonly stagingSchema?: string;
    readonly strategy: {
      readonly mode: string;
      /** Why `mode: auto` became this mode; absent where the manifest names the mode. */
      readonly reason?: StrategyReason;
      readonly uniqueKey: readonly string[];
      /** The other keys of `strategy:`; the strategy's `options` schema is the judge. */
      readonly options: Readonly<Record<string, unknown>>;
    };
  };
  readonly dependsOn: readonly DependencySpec[];
  readonly state: {
    readonly type: string;
    /** Absent where the state is in the target, and where the manifest names none. */
    readonly connection?: ConnectionRef;
    readonly options: Readonly<Record<string, unknown>>;
  };
  readonly lineage: { readonly enabled: boolean; readonly preset: LineagePreset };
  readonly schemaEvolution: {
    readonly enabled: boolean;
    readonly mode: 'strict' | 'additive' | 'widening';
    readonly applySafe: boolean;
    readonly onTypeChange: 'fail' | 'new_column' | 'quarantine';
    readonly newColumnPrefix: string;
    /** Columns of the target and what the source calls them now. */
    readonly renames: Readonly<Record<string, string>>;
    /** A target that does not exist: made, refused, or the load does nothing. */
    readonly newTables: 'evolve' | 'freeze' | 'ignore';
    /** New columns of the source: added, refused, left out, or rows with a value in one set aside. */
    readonly newColumns: 'evolve' | 'freeze' | 'ignore' | 'quarantine';
    /** False: types are never widened. */
    readonly widens: boolean;
    readonly ddlMode: DdlMode;
    /** Minutes after midnight UTC between which `safe_window` makes changes. */
    readonly window?: { readonly from: number; readonly to: number };
    /** What a change of the schema does to the load. */
    readonly onSchemaChange: 'apply' | 'notify' | 'fail' | 'disable_pipeline';
    /** True: what no change makes fit does not stop the load where nothing can be lost unseen. */
    readonly ignoresBreaking: boolean;
    /** True: the source's `__dpone__*` columns are loaded, but for those that the load fills itself. */
    readonly keepsReserved: boolean;
    readonly limits: ChangeLimits;
    /** A plan of steps, relative to the project, that wait for approval one by one. */
    readonly expandContract?: string;
    /** Rows of the target past which a change of it waits for approval. */
    readonly maxTableRows?: number;
    /** False: changes that may lock or rewrite the table wait for approval. */
    readonly blocksOnline: boolean;
    /** Folder of the ledger, relative to the project. */
    readonly ledgerPath: string;
  };
  readonly schemaContract: {
    readonly enforcement: 'strict' | 'coerce' | 'quarantine' | 'warn';
    readonly columns: Readonly<Record<string, ContractColumn>>;
  };
  readonly quality: readonly QualityRule[];
  /** An Open Data Contract whose rules are held against staging, too. */
  readonly qualityContract?: QualityContract;
  /** What is reported where; the observer's schema is the judge. Absent where the manifest says nothing. */
  readonly observability?: Readonly<Record<string, unknown>>;
  readonly engine: {
    /** Lanes that may be planned, cheapest first; all where absent. */
    readonly lanes?: readonly string[];
    readonly memoryMb?: number;
    readonly parallel?: number;
    readonly executor: string;
    /** The other keys of `engine.executor`; the executor's `options` schema is the judge. Absent = none. */
    readonly executorOptions?: Readonly<Record<string, unknown>>;
    readonly lockTimeoutSeconds: number;
  };
  /** Keys that the manifest uses, that are accepted, and that this version does not act on: `sink.options.physical_design`. */
  readonly ignored: readonly string[];
  /** What the user should know, one sentence each; the ignored keys are among it. */
  readonly warnings: readonly string[];
  /** Where each key was written, by its path: `sink.strategy.mode` -> `orders.yml:12:5`. Keys that are defaults are absent. */
  readonly places: Readonly<Record<string, string>>;
  /** The whole block as it was written, for `manifest explain` and unknown-to-us but accepted reference keys (`observability`, ...). */
  readonly raw: Readonly<Record<string, Json>>;
}

/** When changes of an existing table are made: with the load, in a window, once they are approved, or never. */
export type DdlMode = 'online' | 'safe_window' | 'manual_approval' | 'plan_only';

/** What must have run before. With `path` another manifest (absolute), else this one; without selector and group all of it. */
export interface DependencySpec {
  readonly path?: string;
  readonly selector?: string;
  /** A task group; in this manifest also the name or selector of a process. */
  readonly group?: string;
  readonly alias?: string;
}

/** How a read is split into ranges. */
export interface PartitioningSpec {
  readonly column?: string;
  readonly bounds: 'auto' | { readonly lower: string | number; readonly upper: string | number };
  readonly numPartitions: number;
  readonly maxPartitions: number;
  readonly targetRowsPerPartition?: number;
  readonly exportWorkers?: number;
  readonly loadWorkers?: number;
}

export interface ContractColumn {
  readonly type?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly timezone?: boolean | string;
  readonly nullable: boolean;
}

/** What happens where a rule is red. */
export type QualityMode = 'fail' | 'warn' | 'quarantine';

export interface QualityRule {
  readonly check:
    | 'not_null'
    | 'unique'
    | 'accepted_values'
    | 'min_rows'
    | 'max_null_ratio'
    | 'range'
    | 'length'
    | 'pattern'
    | 'volume'
    | 'freshness';
  readonly columns: readonly string[];
  readonly on: QualityMode;
  readonly value?: number;
  readonly values?: readonly PredicateValue[];
  /** Of `range` and `length`. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** As it is written: a regular expression of ECMAScript. */
  readonly pattern?: string;
  readonly volume?: VolumeBounds;
  /** Of `freshness`. */
  readonly maxAgeSeconds?: number;
  /** Its place in `quality.checks`. */
  readonly index?: number;
}

/** What the rows of a load are compared with: the median of earlier loads. */
export interface VolumeBounds {
  /** Loads that are looked back at, at most. */
  readonly window: number;
  /** With fewer loads to look back at, the rule says nothing. */
  readonly minLoads: number;
  readonly minRatio?: number;
  readonly maxRatio?: number;
}

export interface QualityContract {
  /** Relative to the project, or absolute. */
  readonly path: string;
  /** The object of the contract, where it describes several. */
  readonly object?: string;
  /** For rules that say nothing of their own. */
  readonly on: QualityMode;
  /** Single rules by their id. */
  readonly rules: Readonly<Record<string, QualityMode | 'skip'>>;
}
