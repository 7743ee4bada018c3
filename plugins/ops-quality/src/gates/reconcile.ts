import { below, defineGate, folderInput, isoTimestamp, parseExactJson, plainPath, type ExactJson } from '@dpone/sdk';
import { z } from 'zod';
import { numberText } from '../compare/canonical-text.js';
import { columnsOf, type Columns } from '../compare/columns.js';
import { compare, type Comparison, type Kind } from '../compare/compare.js';
import { methodOf } from '../compare/method.js';
import { blockInput, isOwnColumn, namesInput, rowsInput, withSides } from '../compare/open-sides.js';
import { keyObject } from '../compare/samples.js';

const MARK = '__dpone__deleted_at';

/** What would make the target agree with the source. */
export const reconcile = defineGate({
  summary: 'Reconcile a target with its source and list the repairs',
  description:
    'Compares as diff does and says per key what to insert, delete or update in the target. Rows that the source marks as deleted must be gone. Red when there is a repair, when the checksums differ, or when a key comes twice on one side.',
  input: z.strictObject({
    output_dir: folderInput('.dpone/reconciliation/latest'),
    source_rows_json: rowsInput('Rows of the source'),
    target_rows_json: rowsInput('Rows of the target'),
    source: blockInput('The source'),
    target: blockInput('The target'),
    key: namesInput('Columns that identify a row, with commas between.'),
    compare_columns: namesInput('Columns to compare, with commas between. Default: all but the key.').optional(),
    delete_column: z
      .string()
      .min(1)
      .optional()
      .describe('A column of the source that is filled where a row is deleted.'),
    action_limit: z
      .int()
      .min(0)
      .max(100_000)
      .default(1000)
      .describe('The most repairs that are listed of each kind; all are counted.'),
  }),
  artifact: 'reconciliation_report',
  example: { source_rows_json: '[{"id": 1, "v": 1}]', target_rows_json: '[{"id": 1, "v": 1}]', key: 'id' },
  evaluate: (input, ctx) =>
    withSides(
      { rows: input.source_rows_json, block: input.source },
      { rows: input.target_rows_json, block: input.target },
      ctx,
      [...input.key, ...(input.compare_columns ?? []), input.delete_column ?? ''].some(isOwnColumn),
      async (source, target) => {
        const { delete_column: deleteColumn } = input;
        const live = source.typed || target.typed;
        const left = (name: string): boolean =>
          (live && isOwnColumn(name)) || (deleteColumn !== undefined && (name === deleteColumn || name === MARK));
        const columns = columnsOf(source, target, input.key, input.compare_columns, left, deleteColumn);
        const found = await compare(source, target, columns, {
          wins: 'last',
          order: partsText,
          most: input.action_limit,
          deleteColumn,
        });
        const blockers = blockersOf(found);
        const actions = actionsOf(found, columns);
        const folder = plainPath(input.output_dir);
        return {
          schema_version: 'dpone.ops.reconciliation.v1',
          passed: blockers.length === 0,
          generated_at: isoTimestamp(ctx.clock.now()),
          blockers,
          warnings: columns.warnings,
          source_count: found.sourceRows,
          target_count: found.targetRows,
          missing_count: found.missing.count,
          extra_count: found.extra.count,
          mismatch_count: found.mismatch.count,
          delete_count: found.deleted,
          duplicate_source_key_count: found.duplicateSource.count,
          duplicate_target_key_count: found.duplicateTarget.count,
          source_checksum: found.sourceChecksum,
          target_checksum: found.targetChecksum,
          ...methodOf(found),
          repair_actions: actions,
          repair_actions_omitted: found.missing.count + found.extra.count + found.mismatch.count - actions.length,
          output_dir: folder,
          json_path: below(folder, 'reconciliation_report.json'),
          markdown_path: below(folder, 'reconciliation_report.md'),
        };
      },
    ),
  view: {
    title: 'reconciliation',
    facts: [
      'passed',
      'source_count',
      'target_count',
      'missing_count',
      'extra_count',
      'mismatch_count',
      'delete_count',
      'source_checksum',
      'target_checksum',
      'compared_by',
    ],
    tables: [{ of: 'repair_actions', columns: { action: 'action', key: 'key', reason: 'reason' } }],
    runbook: [
      'Find the load that left the difference before anything is repaired, or it will come back.',
      'Repair by loading again where that is possible: a merge of the keys listed, or a full refresh.',
      'Reconcile again; the checksums of both sides must then be the same.',
    ],
  },
});

const blockersOf = (found: Comparison): string[] => {
  const { missing, extra, mismatch, duplicateSource, duplicateTarget, sourceChecksum, targetChecksum } = found;
  const named: readonly (readonly [string, Kind])[] = [
    ['duplicate_source_keys', duplicateSource],
    ['duplicate_target_keys', duplicateTarget],
    ['missing_in_target', missing],
    ['extra_in_target', extra],
    ['mismatch', mismatch],
  ];
  const blockers = named.filter(([, { count }]) => count > 0).map(([name]) => name);
  return blockers.length === 0 && sourceChecksum !== targetChecksum ? ['checksums_differ'] : blockers;
};

const ACTIONS = [
  ['insert_target_row', 'missing', 'The source has this row and the target lacks it.'],
  ['delete_target_row', 'extra', 'The target has this row and the source does not, or says that it is deleted.'],
  ['update_target_row', 'mismatch', 'Both have this row with different values.'],
] as const;

const actionsOf = (found: Comparison, columns: Columns) =>
  ACTIONS.flatMap(([action, kind, reason]) =>
    found[kind].keys.map((key) => ({ action, key: keyObject(key, columns), reason })),
  );

/** The texts of a key's parts, by which repairs are sorted. */
const partsText = (key: string): string =>
  (parseExactJson(key) as readonly ExactJson[])
    .map((part) => (part === null ? 'None' : typeof part === 'string' ? part : numberText(part)))
    .join('\0');
