import { z } from 'zod';
import { KEYWORDS, valueProblem, type Keyword, type Parameters } from './keywords.js';
import { parseText } from './parse-text.js';

/**
 * What the manifest or the secrets provider says of a server, by libpq's keywords. What it leaves open is filled when a
 * connection is made: service file, then environment, then libpq's defaults.
 */
export type PostgresConnection = Parameters;

/** Other names of the same thing; `uri`, `url` and `dsn` hold several parameters at once. */
const ALIASES: Readonly<Record<string, Keyword>> = { database: 'dbname', db: 'dbname', username: 'user' };
const TEXTS = ['uri', 'url', 'dsn'] as const;

const text = z.union([z.string(), z.number(), z.boolean()]);

const field = (description: string) => text.optional().describe(description);

const WHOLE =
  '`postgres://user:password@host:5432/database?sslmode=verify-full`, or `host=... dbname=...`. The other keys add to it.';

const shape: Record<string, ReturnType<typeof field>> = {
  ...Object.fromEntries(TEXTS.map((name) => [name, field(WHOLE)])),
  ...Object.fromEntries(Object.entries(KEYWORDS).map(([name, { description }]) => [name, field(description)])),
  ...Object.fromEntries(Object.entries(ALIASES).map(([name, keyword]) => [name, field(KEYWORDS[keyword].description)])),
};

const ofText = z.string().min(1).describe('A connection URI, or `keyword=value` pairs, as libpq reads them.');

/** A text, or a map with the keys of libpq. */
export const connection: z.ZodType<PostgresConnection> = z
  .union([ofText, z.strictObject(shape)])
  .transform((value, ctx) => {
    const given = typeof value === 'string' ? { uri: value } : value;
    const parameters: Partial<Record<Keyword, string>> = {};
    const problem = (path: string[], message: string) => {
      // Without the input: it may hold a password.
      ctx.issues.push({ code: 'custom', message, path, input: undefined });
      return z.NEVER;
    };
    for (const [name, raw] of Object.entries(given)) {
      const said = plainText(raw);
      if (said === '') continue;
      const part = isText(name) ? parseText(said) : single(ALIASES[name] ?? (name as Keyword), said);
      if ('problem' in part) return problem(typeof value === 'string' ? [] : [name], part.problem);
      for (const [keyword, one] of Object.entries(part.parameters) as [Keyword, string][]) {
        if (parameters[keyword] !== undefined && parameters[keyword] !== one)
          return problem([name], `says another ${keyword} than another key of the connection`);
        parameters[keyword] = one;
      }
    }
    return parameters;
  });

const isText = (name: string): boolean => (TEXTS as readonly string[]).includes(name);

/** As a text: YAML makes numbers of ports and booleans of switches. */
const plainText = (value: string | number | boolean | undefined): string =>
  typeof value === 'boolean' ? (value ? '1' : '0') : String(value ?? '');

function single(keyword: Keyword, value: string) {
  const problem = valueProblem(keyword, value);
  return problem === undefined ? { parameters: { [keyword]: value } } : { problem };
}
