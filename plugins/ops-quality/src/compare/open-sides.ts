import { fail, jsonInput, type ExactJson, type GateContext, type GateHost, type SourceBlock } from '@dpone/sdk';
import { z } from 'zod';
import { jsonObject } from '../measurement.js';
import { liveSide } from './live-side.js';
import { jsonSide, type Side } from './side.js';

/** Rows as a JSON list of objects. */
export const rowsInput = (what: string) =>
  jsonInput(z.array(jsonObject), `${what}, as a JSON list of objects.`, { nonFinite: true }).optional();

/** A live source as a manifest's `source:` block. */
export const blockInput = (what: string) =>
  jsonInput(
    jsonObject.refine((block) => typeof block['type'] === 'string', { message: 'a source block names its type' }),
    `${what}, as a manifest's source block in JSON: {"type": ..., "connection": ..., "table": ...} or with options.`,
  ).optional();

type Row = Readonly<Record<string, ExactJson>>;

/** Where the rows of a side come from: exactly one of the two is given. */
export interface SideInput {
  readonly rows: readonly Row[] | undefined;
  readonly block: Row | undefined;
}

/** Calls `use` with both sides open; live ones are closed after. */
export async function withSides<T>(
  source: SideInput,
  target: SideInput,
  ctx: GateContext,
  own: boolean,
  use: (source: Side, target: Side) => Promise<T>,
): Promise<T> {
  return withSide('source', source, ctx, own, (here) =>
    withSide('target', target, ctx, own, (there) => use(here, there)),
  );
}

export async function withSide<T>(
  name: Side['name'],
  { rows, block }: SideInput,
  ctx: GateContext,
  own: boolean,
  use: (side: Side) => Promise<T>,
): Promise<T> {
  if ((rows === undefined) === (block === undefined))
    throw fail('DPONE_USAGE', `Give the rows as JSON, or a source block: one of the two (${name}).`);
  if (rows !== undefined) return use(jsonSide(name, rows));
  const host: GateHost = await ctx.host();
  const source = block as unknown as SourceBlock;
  return host.readSource(source, { where: `--${name}`, own }, (live) => use(liveSide(name, source, live, host)));
}

/** Names of a comma list: blanks around them fall away, and a name counts once. */
export const namesOf = (list: string): string[] => [
  ...new Set(
    list
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

/** A comma list that must name something: nothing at all would compare nothing, and be green. */
export const namesInput = (description: string) =>
  z
    .string()
    .transform(namesOf)
    .refine((names) => names.length > 0, { message: 'names no column' })
    .describe(description);

/** Columns that dpone itself adds to a target: they tell of a load and are no part of a row. */
export const isOwnColumn = (name: string): boolean => name.toLowerCase().startsWith('__dpone__');
