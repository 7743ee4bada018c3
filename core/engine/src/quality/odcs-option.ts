import { portablePattern, type CanonicalType, type Column, type StagingRule } from '@dpone/sdk';
import { odcsOptionCode } from '@dpone/sdk/odcs';
import { STRING_FORMATS } from './string-formats.js';
import type { CanCheck, Translated } from './translated.js';
import { canCompare, withinBounds, type ValueBounds } from './value-bounds.js';

const BOUNDS: Readonly<Record<string, (value: string | number) => ValueBounds>> = {
  minimum: (min) => ({ min }),
  maximum: (max) => ({ max }),
  exclusiveMinimum: (min) => ({ min, minOpen: true }),
  exclusiveMaximum: (max) => ({ max, maxOpen: true }),
};

/** What an option of a logical type asks of a column, or why a load does not evaluate it. */
export function optionRule(option: string, bound: unknown, column: Column, can: CanCheck): Translated {
  const kind = odcsOptionCode(option);
  const name = column.name;
  const not = (message: string): Translated => ({ settled: { kind, passed: null, message } });
  const ask = (rule: StagingRule): Translated => ({ rule });
  const range = BOUNDS[option];
  if (range !== undefined) {
    const value = typeof bound === 'number' || typeof bound === 'string' ? bound : null;
    if (!canCompare(column.type, value)) return not(`${name} cannot be compared with ${JSON.stringify(bound)}`);
    return ask({ kind: 'predicate', predicate: withinBounds(name, range(value!)) });
  }
  if (option === 'minLength' || option === 'maxLength') {
    if (!Number.isInteger(bound)) return not(`${option} is no whole number`);
    const end = option === 'minLength' ? { min: bound as number } : { max: bound as number };
    return ask({ kind: 'length', column: name, ...end });
  }
  if (option === 'pattern') {
    const portable = portablePattern(typeof bound === 'string' ? bound : '(');
    if ('refused' in portable) return not(`systems do not read this pattern alike: ${portable.refused}`);
    return ask({ kind: 'pattern', column: name, pattern: portable.pattern });
  }
  if (option === 'format' && typeof bound === 'string') {
    const bits = BITS.exec(bound);
    if (bits !== null) return bitsRule(bits, column, kind);
    const format = STRING_FORMATS[bound];
    if (format !== undefined) return formatRule(format, column, kind, can);
  }
  return not(`a load does not evaluate ${option}; dpone ops contract-check does`);
}

/** A format that is no pattern asks nothing of a value. */
function formatRule(format: string | null, { name, type }: Column, kind: string, can: CanCheck): Translated {
  const settled = (passed: true | null, message: string): Translated => ({ settled: { kind, passed, message } });
  if (format === null || type.kind === 'uuid') return settled(true, `${name} holds nothing else`);
  if (type.kind !== 'string') return settled(null, `${name} is no text`);
  const portable = portablePattern(format);
  if (!can('pattern') || 'refused' in portable) return settled(null, 'the sink knows no regular expressions');
  return { rule: { kind: 'pattern', column: name, pattern: portable.pattern } };
}

const BITS = /^([iu])(8|16|32|64|128)$/;
const INTEGER = /^(u?)int(\d+)$/;

/** A format such as `i32`: nothing to ask where the column's type cannot hold more anyway. */
function bitsRule(format: RegExpExecArray, { name, type }: Column, kind: string): Translated {
  const [least, most] = limits(format[1] === 'u', Number(format[2]));
  const [lowest, highest] = holds(type);
  const bounds = {
    ...(lowest < least ? { min: String(least) } : {}),
    ...(highest > most ? { max: String(most) } : {}),
  };
  if (Object.keys(bounds).length > 0) return { rule: { kind: 'predicate', predicate: withinBounds(name, bounds) } };
  return { settled: { kind, passed: true, message: `${name} holds nothing else` } };
}

const limits = (unsigned: boolean, bits: number): [bigint, bigint] =>
  unsigned ? [0n, 2n ** BigInt(bits) - 1n] : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];

function holds(type: CanonicalType): [bigint, bigint] {
  const [, unsigned, bits] = INTEGER.exec(type.kind) ?? [];
  if (bits !== undefined) return limits(unsigned === 'u', Number(bits));
  const most = type.kind === 'decimal' ? 10n ** BigInt(type.precision - type.scale) : 10n ** 400n;
  return [-most, most];
}
