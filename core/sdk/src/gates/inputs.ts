import { z } from 'zod';
import { parseExactJson, type ExactJson } from '../util/exact-json.js';

/** `--artifact NAME=PATH`, repeatable. */
export const artifactsInput = (description: string = 'A piece of evidence, NAME=PATH; repeatable.') =>
  z.record(z.string(), z.string()).default({}).describe(description);

/** Where a gate writes. */
export const folderInput = (standard: string, description: string = 'Where the artifacts are written.') =>
  z.string().default(standard).describe(description);

/** `--policy FILE` of a gate that reads evidence. */
export const policyInput = z
  .string()
  .optional()
  .describe('A policy file: forbids waived requirements, asks for signatures.');

/** `--require NAME`, repeatable, which replaces the defaults. */
export const requireInput = (standard: readonly string[]) =>
  z
    .array(z.string().min(1))
    .default([...standard])
    .describe('A required name; repeatable. Replaces the default list; what falls away is reported as waived.');

/** The defaults that a list of requirements leaves out. */
export const waivedFrom = (standard: readonly string[], required: readonly string[]): string[] =>
  standard.filter((name) => !required.includes(name));

/**
 * JSON text on the command line; numbers stay exact.
 * @param options `nonFinite`: `NaN` and `Infinity` are numbers too.
 */
export const jsonInput = <T extends z.ZodType>(
  shape: T,
  description: string,
  options: { readonly nonFinite?: boolean } = {},
) =>
  z
    .string()
    .transform((text, ctx): ExactJson => {
      try {
        return parseExactJson(text, options);
      } catch {
        // The parser's own words repeat the text, which may hold a secret.
        ctx.addIssue({ code: 'custom', message: 'this is no JSON' });
        return z.NEVER;
      }
    })
    .pipe(shape as z.ZodType<z.output<T>, ExactJson>)
    .describe(description)
    .meta({ contentMediaType: 'application/json' });
