import { canHold, typeName, type CanonicalType, type Column, type SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { refusalOf } from './evolution-policy.js';
import { castIsStrict, commonType, guessFits } from './widen.js';

interface TypeInput {
  readonly policy: ProcessSpec['schemaEvolution'];
  readonly ddl: readonly SchemaChange['kind'][];
  readonly setsAside: boolean;
  readonly physicalType: (column: Column) => string | undefined;
}

type Decided = { readonly type: CanonicalType; readonly widen: boolean } | { readonly why: string };

/** The type that a source column has in an existing target column, or why none will do. */
export function typeFor(input: TypeInput, source: Column, target: Column): Decided {
  const type = typeIn(input, source, target);
  if (type !== undefined) return { type, widen: false };
  // "Some value is no number" says less than the row error that reading it as the target's type gives: file, line, value.
  const vague = source.inferred === true && source.type.kind === 'string' && input.policy.onTypeChange === 'fail';
  if (vague || (source.inferred === true && input.setsAside)) return { type: target.type, widen: false };
  const wide = commonType(target.type, source.type);
  const why =
    wide === undefined
      ? 'no widening holds both'
      : (refusalOf(input, 'widen_column') ??
        (input.physicalType(retyped(target, wide)) === undefined ? 'the sink has no type that holds both' : undefined));
  if (wide !== undefined && why === undefined) return { type: wide, widen: true };
  if (input.policy.onTypeChange !== 'quarantine') return { why: why! };
  // Row by row: what cannot be read as the target's type is set aside.
  if (castIsStrict(target.type, source.type)) return { type: target.type, widen: false };
  return { why: `${why}, and values could lose something unseen as ${typeName(target.type)}` };
}

/** The type in which an existing target column takes a source column as it is, or undefined. */
export function typeIn(input: TypeInput, source: Column, target: Column): CanonicalType | undefined {
  if (canHold(target.type, source.type)) return target.type;
  if (source.inferred === true && guessFits(target.type, source.type)) return target.type;
  const physical = input.physicalType({ ...source, nullable: target.nullable });
  const same = physical !== undefined && (physical === target.native?.type || physical === input.physicalType(target));
  return same ? source.type : undefined;
}

/** A column of another type: the system's own name of the type that it had says nothing of that one. */
const retyped = ({ native: _, ...column }: Column, type: CanonicalType): Column => ({ ...column, type });

/** What is decided of a type, where a widening may have to wait: values then have to fit the type that is there. */
export function waitingType(
  decided: Decided,
  source: Column,
  target: Column,
  make: (change: SchemaChange) => boolean,
): Decided {
  if (!('type' in decided) || !decided.widen) return decided;
  const change = { kind: 'widen_column', column: retyped(target, decided.type), from: target.type } as const;
  if (make(change)) return decided;
  if (castIsStrict(target.type, source.type)) return { type: target.type, widen: false };
  return { why: 'its widening waits, and values could lose something unseen as they are' };
}
