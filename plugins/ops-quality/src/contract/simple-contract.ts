import { fail, type ExactJson } from '@dpone/sdk';
import { z } from 'zod';
import { measurementOf } from '../measurement.js';
import { EMPTY, maxNullRatio, minRows, notNull, required, unique, type Rule } from './rule.js';

const amount = z.unknown().transform((value, ctx): number | bigint => {
  const measured = measurementOf(value as ExactJson);
  const number = typeof measured === 'bigint' ? measured : Number(measured ?? NaN);
  if (typeof number === 'bigint' || Number.isFinite(number)) return number;
  ctx.addIssue({ code: 'custom', message: 'is no number' });
  return z.NEVER;
});

const columns = z.array(z.string());

/** A contract in dpone's own short form. A misspelt key is an error: it would hold nothing, and be green. */
const shape = z.strictObject({
  required_columns: columns.default([]),
  not_null: columns.default([]),
  /** A list within the list is a key of several columns. */
  unique: z.array(z.union([z.string(), z.array(z.string()).min(1)])).default([]),
  min_rows: amount.optional(),
  max_null_ratio: z.record(z.string(), amount).default({}),
});

/** @param known the source's columns, where it has a schema. */
export function simpleRules(contract: unknown, known: ReadonlySet<string> | undefined, where: string): Rule[] {
  const parsed = shape.safeParse(contract);
  if (!parsed.success)
    throw fail('DPONE_INPUT_INVALID', z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' '), {
      where,
      remedy: `Known keys: ${Object.keys(shape.shape).join(', ')}.`,
    });
  const { required_columns, not_null, min_rows, max_null_ratio } = parsed.data;
  const rules = [
    ...required_columns.map((column) => required(column, known)),
    ...not_null.map(notNull),
    ...parsed.data.unique.map((key) => unique([key].flat(), 'nulls_count')),
    ...(min_rows === undefined ? [] : [minRows(typeof min_rows === 'bigint' ? min_rows : Math.trunc(min_rows))]),
    ...Object.entries(max_null_ratio).map(([column, bound]) => maxNullRatio(column, Number(bound))),
  ];
  const missing = known === undefined ? undefined : rules.find((rule) => rule.columns.some((name) => !known.has(name)));
  if (missing !== undefined && !required_columns.some((name) => missing.columns.includes(name)))
    throw fail('DPONE_INPUT_INVALID', `The source lacks a column of ${missing.code}.`, { where });
  return rules.length === 0 ? [EMPTY] : rules;
}
