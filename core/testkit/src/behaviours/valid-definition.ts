import { hasBrand, type BRANDS } from '@dpone/sdk';
import { z } from 'zod';

/** Throws where a definition lacks what listings, docs and the host read from it. */
export function validDefinition(definition: { readonly summary: string }, kind: keyof typeof BRANDS): void {
  if (!hasBrand(definition, kind))
    throw new Error(`The definition carries no brand of a ${kind}: make it with the SDK's define function.`);
  if (!/^\S.{4,119}$/.test(definition.summary))
    throw new Error(`summary is not one line of 5 to 120 characters: ${JSON.stringify(definition.summary)}`);
}

/** Throws where an option lacks a description or an unknown key is taken without a word. */
export function describedOptions(schema: z.ZodType, what: string): void {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  for (const part of [json, ...(json.anyOf ?? []), ...(json.oneOf ?? [])])
    for (const [name, option] of Object.entries(part.properties ?? {}))
      if (!option.description) throw new Error(`${what}.${name} has no description.`);
  if (json.type !== 'object') return;
  if (schema.safeParse({ 'no such option!': 1 }).success)
    throw new Error(`${what} takes an unknown key without a word: make it a strict object.`);
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The parsed value; throws with zod's own words where it does not parse. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Error(`${what} does not parse: ${z.prettifyError(result.error)}`);
  return result.data;
}
