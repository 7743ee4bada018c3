import { defineStrategy } from '@dpone/sdk';
import { chooseMerge, type MergeWay } from './choose-merge.js';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { keyChecks } from './key-checks.js';
import { cursorName } from './read-scope.js';
import { requireKey } from './require-key.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'incremental_merge';

const WHY: Readonly<Record<MergeWay, string>> = {
  upsert: 'upsert: matched rows become the staged ones and keep the columns that the load does not fill',
  delete_insert: 'delete_insert: matched rows are deleted, then all staged rows are inserted',
};

/** Rows of a known key are replaced, the others added. */
export const incrementalMerge = mergeMode({
  mode: MODE,
  summary: 'Replaces rows of a known key by what is new at the source, and adds the others',
  example: { mode: MODE, unique_key: 'id', merge_policy: 'auto' },
});

/** A mode that merges what it reads by key. */
export function mergeMode(of: {
  readonly mode: string;
  readonly summary: string;
  readonly example: Readonly<Record<string, string>>;
  readonly readsBy?: 'xmin';
}) {
  const { mode, summary, example, readsBy } = of;
  return defineStrategy<CommonOptions>({
    summary,
    options: commonSchema,
    needs: [['merge']],
    uniqueKey: 'required',
    cursor: readsBy === undefined ? 'optional' : 'required',
    ...(readsBy === undefined ? {} : { readsBy }),
    example,
    plan: (input) => {
      const { options, uniqueKey, sink } = input;
      requirePrimitive(mode, 'merge', sink);
      requireKey(mode, uniqueKey);
      const by = chooseMerge(options.merge_policy, sink);
      const cursor = cursorName(input);
      return {
        read: cursor === undefined ? 'all' : 'increment',
        checks: keyChecks(uniqueKey),
        steps: [{ op: 'merge', key: uniqueKey, by }],
        reasons: [
          cursor === undefined
            ? 'there is no cursor: the source is read whole and merged'
            : `what is new since the last load is read, by ${cursor}`,
          WHY[by],
          ...unusedReason(mode, options, ['merge_policy']),
        ],
      };
    },
  });
}
