import { nearest } from '@dpone/sdk';
import { z } from 'zod';

/** What an object's schema says about keys it does not have; {@link zodIssues} shows it as it is. */
export function unknownKeys(
  keys: readonly string[],
  known: readonly string[],
  elsewhere: ReadonlyMap<string, string> = new Map(),
): string {
  return keys
    .map((key) => {
      const home = elsewhere.get(key);
      const near = nearest(key, known);
      const hint =
        home !== undefined
          ? `; it belongs to ${home}`
          : near !== undefined
            ? `; did you mean "${near}"?`
            : `; known are ${known.join(', ')}`;
      return `"${key}" is no known key${hint}`;
    })
    .join('; ');
}

/** An object that refuses unknown keys and names the nearest known one. `elsewhere`: where keys that are often misplaced belong. */
export function object<S extends z.ZodRawShape>(
  shape: S,
  elsewhere: Readonly<Record<string, string>> = {},
): z.ZodObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  const homes = new Map(Object.entries(elsewhere));
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, known, homes) : undefined),
  });
}

const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);
const YES: ReadonlySet<unknown> = new Set([true, 'on', 'yes', 'true']);

/** A boolean. YAML 1.2 reads `on`, `off`, `yes` and `no` as text, which older manifests use: they are understood. */
export const flag = () =>
  z
    .preprocess(
      lower,
      z.union([z.boolean(), z.enum(['on', 'off', 'yes', 'no', 'true', 'false'])], { error: 'must be true or false' }),
    )
    .transform((value) => YES.has(value))
    .meta({ flag: true });

const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^[-+]?\d[\d_]*(\.\d+)?$/.test(value) ? Number(value.replaceAll('_', '')) : value;

/** A number; digits in quotes (from a variable) count. */
export const number = (range: { readonly min?: number; readonly max?: number } = {}) =>
  z.preprocess(numeric, bounded(z.number(), range));

/** An integer; digits in quotes (from a variable) count. */
export const integer = (range: { readonly min?: number; readonly max?: number } = {}) =>
  z.preprocess(numeric, bounded(z.int(), range));

function bounded<T extends z.ZodNumber>(type: T, { min, max }: { readonly min?: number; readonly max?: number }): T {
  const low = min === undefined ? type : type.min(min);
  return max === undefined ? low : low.max(max);
}

/** Text with at least one character that is not a blank. Numbers are taken as their text: a table may be called 2024. */
export const text = () =>
  z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.string().refine((value) => value.trim() !== '', 'must not be empty'),
  );

/** A name, a comma list or a list of names, as a list without repetition. */
export const names = () =>
  z
    .union([z.string(), z.array(z.string())], { error: 'must be a name, a comma list or a list of names' })
    .transform((value) => {
      const list = typeof value === 'string' ? value.split(',') : value;
      return [...new Set(list.map((name) => name.trim()).filter((name) => name !== ''))];
    })
    .refine((list) => list.length > 0, 'must name at least one column');

/** A key of the reference system that this version accepts and does nothing with; the user is told when it is used. */
export const accepted = (about: string) =>
  z.unknown().optional().describe(`${about}. Accepted; not acted on by this version.`).meta({ ignored: true });
