import { defineStrategy, type FinalizeStep, type StrategyInput, type StrategyPlan } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { chooseMerge } from './choose-merge.js';
import { DELETED_AT, dataColumns, ROW_HASH } from './framework-columns.js';
import { keyChecks } from './key-checks.js';
import { diffOptions } from './mode-options.js';
import { requireKey } from './require-key.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'snapshot_diff';

/** The target converges to what the source holds, and only rows that differ are written. */
export const snapshotDiff = defineStrategy<CommonOptions>({
  summary: 'Makes the target what the source holds, and writes only the rows that differ',
  options: commonSchema,
  needs: [['merge', 'remove_absent']],
  uniqueKey: 'required',
  cursor: 'none',
  example: { mode: MODE, unique_key: 'id', diff: { delete_policy: 'soft_delete' } },
  plan: (input) => {
    const { options, uniqueKey, sink } = input;
    requirePrimitive(MODE, 'merge', sink);
    requireKey(MODE, uniqueKey);
    const diff = options.diff ?? diffOptions.parse({});
    const soft = diff.delete_policy === 'soft_delete';
    if (diff.delete_policy !== 'ignore') requirePrimitive(MODE, 'remove_absent', sink);
    const by = chooseMerge(options.merge_policy, sink);
    const framework: StrategyPlan['framework'] = [
      ...(diff.compare === 'row_hash' ? [{ ...ROW_HASH, of: dataColumns(input) }] : []),
      ...(soft ? [DELETED_AT] : []),
    ];
    const merge: FinalizeStep = { op: 'merge', key: uniqueKey, by, unlessSame: compared(input, diff.compare, soft) };
    return {
      read: 'all',
      ...(framework.length === 0 ? {} : { framework }),
      checks: keyChecks(uniqueKey),
      steps: [merge, ...absent(diff.delete_policy, uniqueKey)],
      reasons: [
        'the source is read whole',
        diff.compare === 'row_hash'
          ? `a row is written where its ${ROW_HASH.name} differs`
          : 'a row is written where one of its columns differs',
        ABSENT[diff.delete_policy],
        ...unusedReason(MODE, options, ['merge_policy', 'diff']),
      ],
    };
  },
});

type DeletePolicy = NonNullable<CommonOptions['diff']>['delete_policy'];

const ABSENT: Readonly<Record<DeletePolicy, string>> = {
  hard_delete: 'rows whose key the source lacks are removed',
  soft_delete: `rows whose key the source lacks get ${DELETED_AT.name}; one that comes back loses it`,
  ignore: 'rows whose key the source lacks stay',
};

/** What tells a row from the target's. A marked row that is there again differs by its mark. */
function compared(
  input: StrategyInput<CommonOptions>,
  compare: NonNullable<CommonOptions['diff']>['compare'],
  soft: boolean,
): string[] {
  const key = new Set(input.uniqueKey);
  const own = compare === 'row_hash' ? [ROW_HASH.name] : dataColumns(input).filter((name) => !key.has(name));
  return [...own, ...(soft ? [DELETED_AT.name] : [])];
}

function absent(policy: DeletePolicy, key: readonly string[]): FinalizeStep[] {
  if (policy === 'ignore') return [];
  return [{ op: 'remove_absent', key, how: policy === 'hard_delete' ? 'delete' : 'mark' }];
}
