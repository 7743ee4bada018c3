import { defineStrategy, fail, type FinalizeStep } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { knownColumn } from './known-column.js';
import { cursorName } from './read-scope.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'partition_replace';
type Native = Extract<FinalizeStep, { op: 'replace_partitions' }>['native'];
type Partition = NonNullable<CommonOptions['partition']>;

/** Whole partitions of the target become what the load has of them. */
export const partitionReplace = defineStrategy<CommonOptions>({
  summary: 'Replaces whole partitions of the target, those that the load has rows of',
  options: commonSchema,
  needs: [['replace_partitions']],
  uniqueKey: 'optional',
  cursor: 'optional',
  example: { mode: MODE, partition: { column: 'ordered_on' } },
  plan: (input) => {
    const { options, sink } = input;
    requirePrimitive(MODE, 'replace_partitions', sink);
    const { partition } = options;
    const where = 'sink.strategy.partition.column';
    if (partition?.column === undefined)
      throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs the column that divides the target`, {
        where,
        remedy: 'Set sink.strategy.partition.column.',
      });
    const column = knownColumn(input, partition.column, where)?.name ?? partition.column;
    const cursor = cursorName(input);
    const native = nativeOf(partition);
    return {
      read: cursor === undefined ? 'all' : 'increment',
      checks: [
        { id: `not_null.${column}`, kind: 'not_null', column, on: 'fail' },
        {
          id: `max_partitions.${column}`,
          kind: 'max_distinct',
          column,
          values: partition.max_partitions_per_run,
          on: 'fail',
        },
      ],
      steps: [{ op: 'replace_partitions', column, native }],
      reasons: [
        cursor === undefined
          ? 'the source is read whole'
          : `what is new since the last load is read, by ${cursor}: it must be whole partitions`,
        `the partitions by ${column} that the load has rows of are replaced, at most ${partition.max_partitions_per_run}`,
        NATIVE[native],
        ...unusedReason(MODE, options, ['partition']),
      ],
    };
  },
});

const NATIVE: Readonly<Record<Native, string>> = {
  auto: "the target's own partitions are exchanged where it has them by this column, else rows are deleted and inserted",
  required: "the target's own partitions are exchanged; a target without them stops the load",
  never: 'rows are deleted and inserted: partition.native says so',
};

function nativeOf(partition: Partition): Native {
  const required = partition.require_native || partition.native_mode === 'required';
  if (required && !partition.native)
    throw fail('DPONE_OPTION_CONFLICT', 'partition.native is false and native partitions are required', {
      where: 'sink.strategy.partition',
      remedy: 'Remove native: false, or require_native and native_mode: required.',
    });
  if (!partition.native) return 'never';
  return required ? 'required' : 'auto';
}
