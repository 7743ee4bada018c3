import type { Column, Plugin } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import type { TempProject } from '../support/temp-project.js';
import type { Change } from './fixture.js';

/**
 * What of its past a source still shows: a table its rows as they are now, a folder the files that are there now, a
 * log everything that was ever written to it.
 */
export type Memory = 'table' | 'folder' | 'log';

/** A `source:` or `sink:` block of a manifest, less its strategy. */
export interface Side {
  readonly type: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A fixture's table at the system; `name` is unique in the run. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * One system of the square, reached by its own client: nothing of dpone writes what a source holds, or reads what a
 * sink was given.
 */
export interface System {
  /** The type in a manifest. */
  readonly id: string;
  readonly memory: Memory;
  /** The variable that names a server which runs already; absent where the system needs no server. */
  readonly server?: string;
  /** Why it is not here; undefined where it is. */
  missing(): string | undefined | Promise<string | undefined>;
  /** The system's own type of this meaning; undefined where it has none. */
  typeOf(column: Column): string | undefined;
  /** Whether that type, or the type that a load makes for the column, reaches a value. Default: it reaches every one. */
  reaches?(column: Column, value: unknown): boolean;
  /** Present where the server that is here is another one that speaks like it: then loads are planned by `declared`. */
  readonly standIn?: { readonly lacks: (column: Column) => boolean };
  /** How the source is read by what is new; nothing where it knows that by itself. */
  readonly cursor?: Readonly<Record<string, unknown>>;
  /** True where events are read from the log of its changes; else a table holds them. Default: false. */
  readonly log?: boolean;
  open(project: TempProject): Promise<OpenSystem>;
  /** Stands in for a system that is not here while loads are planned, from what the connector declares; absent where that is too little. */
  declared?(): DeclaredSystem;
}

/** Says how loads would be planned, without a server. */
export interface DeclaredSystem extends Pick<OpenSystem, 'source' | 'sink'> {
  /** Takes the place of the connector. */
  readonly plugin: Plugin;
}

export interface OpenSystem {
  /** The block of a manifest that reads the table. */
  source(table: Table): Side;
  /** The block of a manifest that loads into the table. */
  sink(table: Pick<Table, 'name'>): Side;
  /** Makes the source's table; `parting` are those of its rows that `change` will remove. */
  seed(table: Table, rows: readonly Row[], parting?: readonly Row[]): Promise<void>;
  /** Removes, replaces and adds rows of the source's table. */
  change(table: Table, change: Change): Promise<void>;
  /** Clears a log and writes these rows into it. Present where the source is one. */
  renew?(table: Table, rows: readonly Row[]): Promise<void>;
  /** Rows of the sink's table, by the columns of the fixture; null where there is none. */
  rows(table: Table): Promise<readonly Row[] | null>;
  close(): Promise<void>;
}
