import { defineStrategy, fail, typeName, type StagingCheck, type StrategyInput, type StrategyPlan } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { dataColumns, INSTANT } from './framework-columns.js';
import { keyChecks } from './key-checks.js';
import { knownColumn } from './known-column.js';
import { scd2Options } from './mode-options.js';
import { cursorName } from './read-scope.js';
import { requireKey } from './require-key.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'scd2';
type Options = NonNullable<CommonOptions['scd2']>;

/** Every state of a key is kept, with the time in which it held. */
export const scd2 = defineStrategy<CommonOptions>({
  summary: 'Keeps every state of a key as a version, with the time in which it held',
  options: commonSchema,
  needs: [['add_versions']],
  uniqueKey: 'required',
  cursor: 'optional',
  example: { mode: MODE, unique_key: 'id', scd2: { delete_policy: 'expire' } },
  plan: (input) => {
    const { options, uniqueKey, sink } = input;
    requirePrimitive(MODE, 'add_versions', sink);
    requireKey(MODE, uniqueKey);
    const own = withEffective(input, options.scd2 ?? scd2Options.parse({}));
    const cursor = cursorName(input);
    const ends = own.delete_policy === 'expire' && cursor === undefined;
    return {
      read: cursor === undefined ? 'all' : 'increment',
      framework: versionColumns(input, own),
      checks: versionChecks(uniqueKey, own),
      steps: [
        {
          op: 'add_versions',
          key: uniqueKey,
          effective: own.effective_column ?? null,
          compare: own.row_hash_column === undefined ? compared(input, own) : [own.row_hash_column],
          from: own.valid_from_column,
          to: own.valid_to_column,
          current: own.current_flag_column,
          absent: ends ? 'end' : 'keep',
        },
      ],
      reasons: [
        cursor === undefined ? 'the source is read whole' : `what is new since the last load is read, by ${cursor}`,
        own.effective_column === undefined
          ? 'a changed row is a version since the time of the load'
          : `a row is a version since its ${own.effective_column}; late and several ones take their place in the history`,
        endsText(own, ends),
        ...unusedReason(MODE, options, ['scd2']),
      ],
    };
  },
});

/** The options with the column of time as the load has it. */
function withEffective(input: StrategyInput<CommonOptions>, own: Options): Options {
  const where = 'sink.strategy.scd2.effective_column';
  const column = own.effective_column === undefined ? undefined : knownColumn(input, own.effective_column, where);
  if (column === undefined) return own;
  // A text may hold a time. What was guessed may yet become one: the target decides.
  if (column.inferred !== true && !['timestamp', 'date', 'string'].includes(column.type.kind))
    throw fail('DPONE_OPTION_CONFLICT', `${column.name} is ${typeName(column.type)}, and says no time`, {
      where,
      remedy: 'Name a date or timestamp, or leave it out: a version then holds since the load.',
    });
  return { ...own, effective_column: column.name };
}

function endsText({ delete_policy: policy }: Options, ends: boolean): string {
  if (ends) return 'the current version of a key that the source lacks ends at the time of the load';
  return policy === 'expire'
    ? 'delete_policy: expire waits for a load of the whole source: an increment does not say what is gone'
    : 'keys that the source lacks stay as they are';
}

function versionColumns(input: StrategyInput<CommonOptions>, own: Options): NonNullable<StrategyPlan['framework']> {
  return [
    { name: own.valid_from_column, type: INSTANT, value: 'loaded_at' },
    { name: own.valid_to_column, type: INSTANT, value: 'null' },
    { name: own.current_flag_column, type: { kind: 'bool' }, value: 'true' },
    ...(own.row_hash_column === undefined
      ? []
      : [
          {
            name: own.row_hash_column,
            type: { kind: 'string' },
            value: 'row_hash',
            of: [...input.uniqueKey, ...compared(input, own)],
          } as const,
        ]),
  ];
}

/** The data without key and time: a row that was only touched is no new version. */
function compared(input: StrategyInput<CommonOptions>, { effective_column: effective }: Options): string[] {
  const others = new Set([...input.uniqueKey, effective]);
  return dataColumns(input).filter((name) => !others.has(name));
}

/** Several rows of a key are several versions where their times tell them apart. */
const versionChecks = (key: readonly string[], { effective_column: effective }: Options): StagingCheck[] =>
  keyChecks(effective === undefined ? key : [...key, effective]);
