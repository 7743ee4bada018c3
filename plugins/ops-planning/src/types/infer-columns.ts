import type { InferenceOptions } from './inference-options.js';
import { hasZone, logicalType, precisionScale } from './logical-type.js';
import type { ColumnProfile } from './profile-rows.js';
import type { ContractColumn, SchemaContract } from './schema-contract.js';

export interface SourceColumn {
  readonly name: string;
  readonly dtype: string;
}

export interface InferredColumn {
  readonly name: string;
  readonly logical_type: string;
  readonly nullable: boolean;
  readonly confidence: number;
  readonly decision_source: 'schema_contract' | 'source_metadata' | 'sample_profile' | 'safe_fallback';
  readonly reason: string;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly timezone: boolean | null;
}

export interface Knowledge {
  readonly source: readonly SourceColumn[];
  readonly profiles: ReadonlyMap<string, ColumnProfile>;
  readonly contract: SchemaContract;
  readonly options: InferenceOptions;
}

/** Columns in the order of the source, then of the rows, then of the contract; the surest knowledge decides. */
export function inferColumns(known: Knowledge): Map<string, InferredColumn> {
  const { source, profiles, contract } = known;
  const names = new Set([
    ...source.map(({ name }) => name),
    ...profiles.keys(),
    ...Object.keys(contract.columns).filter((name) => !source.some((c) => c.name.toLowerCase() === name.toLowerCase())),
  ]);
  return new Map([...names].map((name) => [name, inferColumn(name, known)]));
}

function inferColumn(name: string, { source, profiles, contract, options }: Knowledge): InferredColumn {
  const agreed = contract.columns[name] ?? contract.columns[name.toLowerCase()];
  if (agreed !== undefined) return fromContract(name, agreed);
  const described = source.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (described !== undefined && options.prefer_source_metadata) return fromSource(name, described.dtype);
  const profile = profiles.get(name);
  if (profile !== undefined && profile.observed_types.length > 0) return fromProfile(profile);
  return {
    name,
    logical_type: 'string',
    nullable: true,
    confidence: 0.5,
    decision_source: 'safe_fallback',
    reason: 'nothing is known of it; text holds anything',
    precision: null,
    scale: null,
    timezone: null,
  };
}

const fromContract = (name: string, column: ContractColumn): InferredColumn => ({
  name,
  logical_type: column.logical_type,
  nullable: column.nullable,
  confidence: 1,
  decision_source: 'schema_contract',
  reason: 'the contract says so',
  precision: column.precision,
  scale: column.scale,
  timezone: column.timezone,
});

function fromSource(name: string, dtype: string): InferredColumn {
  const [precision, scale] = precisionScale(dtype);
  return {
    name,
    logical_type: logicalType(dtype),
    nullable: true,
    confidence: 0.99,
    decision_source: 'source_metadata',
    reason: `the source has it as ${dtype}`,
    precision,
    scale,
    timezone: hasZone(dtype),
  };
}

function fromProfile(profile: ColumnProfile): InferredColumn {
  const type = profiledType(profile.observed_types);
  return {
    name: profile.name,
    logical_type: type,
    nullable: profile.null_count > 0,
    confidence: profile.observed_types.length === 1 ? 1 : 0.75,
    decision_source: 'sample_profile',
    reason: `${profile.row_count} rows were looked at`,
    precision: type === 'decimal' ? 38 : null,
    scale: type === 'decimal' ? 9 : null,
    timezone: null,
  };
}

/** The narrowest type that holds every kind of value that was seen. */
function profiledType(observed: readonly string[]): string {
  const [only] = observed;
  if (observed.length === 1) return only!;
  const within = (...types: string[]): boolean => observed.every((type) => types.includes(type));
  if (within('integer', 'decimal')) return 'decimal';
  return within('integer', 'decimal', 'float') ? 'float' : 'string';
}

/** What to look at: columns of which too little is known. */
export const unsure = (
  columns: ReadonlyMap<string, InferredColumn>,
  { confidence_threshold }: InferenceOptions,
): string[] =>
  [...columns.values()]
    .filter(({ confidence }) => confidence < confidence_threshold)
    .map(({ name, confidence }) => `${name}: inference confidence ${confidence.toFixed(2)} below threshold`);
