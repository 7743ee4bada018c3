import { defineGate } from '@dpone/sdk';
import { z } from 'zod';
import { columnsOf } from '../compare/columns.js';
import { compare } from '../compare/compare.js';
import { methodOf } from '../compare/method.js';
import { blockInput, isOwnColumn, namesInput, rowsInput, withSides } from '../compare/open-sides.js';
import { samplesOf } from '../compare/samples.js';

/** Rows that a report may hold. */
const MAX_SAMPLES = 10_000;

/** What makes a comparison red: a key of the report, and its blocker. */
const COUNTS = [
  ['duplicate_source_key_count', 'duplicate_source_keys'],
  ['duplicate_target_key_count', 'duplicate_target_keys'],
  ['missing_in_target_count', 'missing_in_target'],
  ['extra_in_target_count', 'extra_in_target'],
  ['mismatch_count', 'mismatch'],
] as const;

/** Compares two sets of rows by key. */
export const diff = defineGate({
  summary: 'Compare two sets of rows, or two live tables, by key',
  description:
    'Red when a row is missing, extra or different, or when a key comes twice. Numbers are compared exactly (1 is 1.0), texts are not numbers, null is the same as absent. Sides are JSON rows or live sources of any two systems: where a system can, ranges of keys are summed up inside it and only ranges that differ are read. Writes no files.',
  input: z.strictObject({
    source_rows_json: rowsInput('Rows of the source'),
    target_rows_json: rowsInput('Rows of the target'),
    source: blockInput('The source'),
    target: blockInput('The target'),
    key: namesInput('Columns that identify a row, with commas between.'),
    compare_columns: namesInput('Columns to compare, with commas between. Default: all but the key.').optional(),
    sample_limit: z
      .int()
      .default(20)
      .describe('The most differences that are shown with their rows, up to 10000; all are counted.'),
  }),
  example: {
    source_rows_json: '[{"id": 1, "amount": 100}]',
    target_rows_json: '[{"id": 1, "amount": 100.0}]',
    key: 'id',
  },
  evaluate: (input, ctx) =>
    withSides(
      { rows: input.source_rows_json, block: input.source },
      { rows: input.target_rows_json, block: input.target },
      ctx,
      [...input.key, ...(input.compare_columns ?? [])].some(isOwnColumn),
      async (source, target) => {
        const live = source.typed || target.typed;
        const columns = columnsOf(
          source,
          target,
          input.key,
          input.compare_columns,
          (name) => live && isOwnColumn(name),
        );
        const limit = Math.min(MAX_SAMPLES, Math.max(0, input.sample_limit));
        const found = await compare(source, target, columns, { wins: 'first', order: (key) => key, most: limit });
        const counts = {
          missing_in_target_count: found.missing.count,
          extra_in_target_count: found.extra.count,
          mismatch_count: found.mismatch.count,
          duplicate_source_key_count: found.duplicateSource.count,
          duplicate_target_key_count: found.duplicateTarget.count,
        };
        const blockers = COUNTS.flatMap(([key, blocker]) => (counts[key] > 0 ? [blocker] : []));
        return {
          schema_version: 'dpone.ops.diff.v1',
          passed: blockers.length === 0,
          blockers,
          warnings: [
            ...columns.warnings,
            ...(found.sourceRows + found.targetRows === 0 ? ['both_sides_are_empty'] : []),
          ],
          source_count: found.sourceRows,
          target_count: found.targetRows,
          ...counts,
          ...methodOf(found),
          samples: await samplesOf(source, target, columns, found, limit),
        };
      },
    ),
  view: {
    title: 'reconciliation diff',
    facts: [
      'passed',
      'source_count',
      'target_count',
      'missing_in_target_count',
      'extra_in_target_count',
      'mismatch_count',
      'duplicate_source_key_count',
      'duplicate_target_key_count',
      'compared_by',
    ],
    tables: [{ of: 'samples', columns: { kind: 'kind', key: 'key', columns: 'columns' } }],
    runbook: [
      'Begin with keys that come twice: they make every other number doubtful. Is the key the right one?',
      'Look at the samples of missing and extra rows: which load should have written or removed them?',
      'Where values differ, decide between a new load, a rollback and a correction at the source.',
      'Let no state move on while this is red and nobody has accepted it.',
    ],
  },
});
