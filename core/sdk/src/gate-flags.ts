import { z } from 'zod';
import { fail } from './errors/error.js';

/** What is used of oclif's `Flags`. */
export interface FlagMakers {
  string(options: Record<string, unknown>): unknown;
  boolean(options: Record<string, unknown>): unknown;
}

interface Property {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: Property;
}

/** The keys of a gate's input, as JSON Schema sees them. */
function properties(input: z.ZodType): {
  readonly all: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
} {
  const json = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  };
  return { all: json.properties ?? {}, required: json.required ?? [] };
}

const flagName = (key: string): string => key.replaceAll('_', '-');

/** One flag a key: `artifact_dir` is `--artifact-dir`; lists repeat; maps repeat as NAME=VALUE. */
export function gateFlags(input: z.ZodType, makers: FlagMakers): Record<string, unknown> {
  const { all, required } = properties(input);
  return Object.fromEntries(
    Object.entries(all).map(([key, property]) => {
      const standard =
        property.default === undefined ? '' : ` [default: ${[property.default].flat().map(String).join(', ')}]`;
      const common = { description: `${property.description ?? ''}${standard}`, required: required.includes(key) };
      if (property.type === 'boolean') return [flagName(key), makers.boolean({ description: common.description })];
      const choices = property.enum ?? property.items?.enum;
      return [
        flagName(key),
        makers.string({
          ...common,
          ...(choices === undefined ? {} : { options: choices }),
          ...(property.type === 'array' || property.type === 'object'
            ? { multiple: true, multipleNonGreedy: true }
            : {}),
          ...(property.type === 'object' ? { helpValue: 'NAME=VALUE' } : {}),
        }),
      ];
    }),
  );
}

/** The gate's input from parsed flags; numbers are read strictly, and a text that is none is left for the schema to refuse. */
export function inputOf(input: z.ZodType, flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(properties(input).all).flatMap(([key, property]) => {
    const value = flags[flagName(key)];
    return value === undefined ? [] : [[key, converted(value, property, flagName(key))] as const];
  });
  return Object.fromEntries(entries);
}

function converted(value: unknown, property: Property, flag: string): unknown {
  switch (property.type) {
    case 'number':
    case 'integer':
      return typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : value;
    case 'array':
      return property.items === undefined
        ? value
        : (value as unknown[]).map((item) => converted(item, property.items!, flag));
    case 'object':
      return namedValues(value as readonly string[], flag);
    default:
      return value;
  }
}

/** NAME=VALUE, split at the first `=`; the same name twice is wrong usage, for the second could hide a red first one. */
function namedValues(pairs: readonly string[], flag: string): Record<string, string> {
  const named = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === '') throw fail('DPONE_USAGE', `--${flag} is NAME=VALUE, this is "${pair}".`);
    if (named.has(name)) throw fail('DPONE_USAGE', `--${flag} names ${name} twice.`);
    named.set(name, pair.slice(at + 1).trim());
  }
  return Object.fromEntries(named);
}
