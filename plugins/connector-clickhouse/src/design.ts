import type { SinkOptions } from './options.js';
import { ident, text } from './sql.js';
import { isReplicated, type TableFacts } from './table-facts.js';

/** How tables of a sink are laid out, by its options. */
export interface Design {
  readonly engine: string;
  readonly orderBy: readonly string[];
  readonly partitionBy: string | undefined;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly cluster: string | undefined;
  /** Whether the tables of a load have replicas: by the target's engine, or by the option's where there is none yet. */
  readonly replicated: boolean;
}

export const designOf = (options: SinkOptions): Design => ({
  engine: options.engine,
  orderBy: options.order_by,
  partitionBy: options.partition_by,
  settings: options.table_settings,
  cluster: options.cluster,
  replicated: options.engine.startsWith('Replicated'),
});

/** The design of a load into a table that is there. */
export const designFor = (design: Design, facts: TableFacts | null): Design =>
  facts === null ? design : { ...design, replicated: isReplicated(facts) };

/** ` ON CLUSTER name`, or nothing. */
export const onCluster = (design: Pick<Design, 'cluster'>): string =>
  design.cluster === undefined ? '' : ` ON CLUSTER ${ident(design.cluster)}`;

/** An engine of dpone's own tables: replicated where the loaded tables are. */
export const engineClause = (engine: string, design: Pick<Design, 'replicated'>): string =>
  design.replicated ? `Replicated${engine}` : engine;

/** Everything behind the columns of a table that a load makes. */
export function tableClause(design: Design, engine: string = design.engine, nullableKey: boolean = false): string {
  const settings = Object.entries({ ...design.settings, ...(nullableKey ? { allow_nullable_key: 1 } : {}) });
  return [
    `ENGINE = ${engine}`,
    ...(design.partitionBy === undefined ? [] : [`PARTITION BY ${design.partitionBy}`]),
    `ORDER BY ${design.orderBy.length === 0 ? 'tuple()' : `(${design.orderBy.map(keyPart).join(', ')})`}`,
    ...(settings.length === 0 ? [] : [`SETTINGS ${settings.map(([n, v]) => `${n} = ${settingValue(v)}`).join(', ')}`]),
  ].join(' ');
}

/** A plain name is quoted, an expression is the user's own SQL. */
const keyPart = (part: string): string => (/^[A-Za-z_]\w*$/.test(part) ? ident(part) : part);

const settingValue = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? '1' : '0') : typeof value === 'number' ? String(value) : text(value);
