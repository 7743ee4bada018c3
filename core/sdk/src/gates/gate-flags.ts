import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { fail } from '../errors/error.js';

/** What is used of oclif's `Flags`. */
export interface FlagMakers {
  string(options: Record<string, unknown>): unknown;
  boolean(options: Record<string, unknown>): unknown;
}

/** What is used of oclif's `Args`. */
export interface ArgMakers {
  string(options: Record<string, unknown>): unknown;
}

interface Property {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly items?: Property;
  /** Put there by `jsonInput`. */
  readonly contentMediaType?: string;
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

const isJson = (property: Property): boolean => property.contentMediaType === 'application/json';

/** One flag a key: `artifact_dir` is `--artifact-dir`; lists repeat; maps repeat as NAME=VALUE. */
export function gateFlags(input: z.ZodType, makers: FlagMakers, args: readonly string[] = []): Record<string, unknown> {
  const { all, required } = properties(input);
  const flags = Object.entries(all).filter(([key]) => !args.includes(key));
  return Object.fromEntries(
    flags.map(([key, property]) => {
      const common = { description: described(property), required: required.includes(key) };
      // What is done unless it is forbidden is forbidden with --no-.
      if (property.type === 'boolean')
        return [flagName(key), makers.boolean({ description: common.description, allowNo: property.default === true })];
      const choices = property.enum ?? property.items?.enum;
      return [
        flagName(key),
        makers.string({
          ...common,
          ...(choices === undefined ? {} : { options: choices }),
          ...(property.type === 'array' || property.type === 'object'
            ? { multiple: true, multipleNonGreedy: true }
            : {}),
          ...(property.type === 'object' ? { helpValue: 'NAME=VALUE' } : isJson(property) ? { helpValue: 'JSON' } : {}),
        }),
      ];
    }),
  );
}

/** The keys that are arguments, in their order. */
export function gateArgs(
  input: z.ZodType,
  keys: readonly string[],
  makers: ArgMakers | undefined,
): Record<string, unknown> {
  if (keys.length === 0) return {};
  const { all, required } = properties(input);
  return Object.fromEntries(
    keys.map((key) => [
      key,
      makers!.string({ description: described(all[key] ?? {}), required: required.includes(key) }),
    ]),
  );
}

function described(property: Property): string {
  const meaning = `${property.description ?? ''}${isJson(property) ? ' @FILE reads it from a file, @- from standard input.' : ''}`;
  const { default: standard } = property;
  const none =
    standard === undefined || (typeof standard === 'object' && standard !== null && Object.keys(standard).length === 0);
  if (none || standard === '' || typeof standard === 'boolean') return meaning;
  return `${meaning} [default: ${[standard].flat().map(String).join(', ')}]`;
}

/** The gate's input from parsed flags; numbers are read strictly, and a text that is none is left for the schema to refuse. */
export async function inputOf(
  input: z.ZodType,
  flags: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(properties(input).all)) {
    const value = flags[flagName(key)] ?? flags[key];
    if (value === undefined) continue;
    found[key] = isJson(property)
      ? await fileText(value as string, flagName(key))
      : converted(value, property, flagName(key));
  }
  return found;
}

/** JSON never begins with `@`: such a value names the file that holds it, so that large or secret input needs no command line. */
async function fileText(value: string, flag: string): Promise<string> {
  if (!value.startsWith('@')) return value;
  const path = value.slice(1);
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (error) {
    throw fail('DPONE_FILE_UNREADABLE', `The file cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      where: `--${flag} ${value}`,
      cause: error,
    });
  }
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
