import { defineStrategy, fail, type StrategyInput } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { keyChecks } from './key-checks.js';
import { cursorName } from './read-scope.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'incremental_append';

/** What is new at the source is added to the target; nothing there changes. */
export const incrementalAppend = defineStrategy<CommonOptions>({
  summary: 'Adds what is new at the source; rows of the target stay as they are',
  options: commonSchema,
  needs: [['append']],
  uniqueKey: 'optional',
  cursor: 'optional',
  example: { mode: MODE, only_new_rows: true, unique_key: 'id' },
  plan: (input) => {
    const { options, uniqueKey, sink } = input;
    requirePrimitive(MODE, 'append', sink);
    const onlyNew = options.only_new_rows;
    if (onlyNew && uniqueKey.length === 0)
      throw fail('DPONE_OPTION_CONFLICT', 'only_new_rows needs a unique_key to know a row by', {
        where: 'sink.strategy.unique_key',
        remedy: 'Set sink.strategy.unique_key, or remove only_new_rows.',
      });
    if (onlyNew && sink.appendsByKey === false)
      throw fail('DPONE_CAPABILITY', 'this sink cannot leave out rows whose key the target has already', {
        where: 'sink.strategy.only_new_rows',
        remedy: 'Remove only_new_rows and read by a cursor, or use full_refresh.',
      });
    const [read, reason] = readScope(input);
    return {
      read,
      checks: onlyNew ? keyChecks(uniqueKey) : [],
      steps: [{ op: 'append', ...(onlyNew ? { unlessKey: uniqueKey } : {}) }],
      reasons: [
        reason,
        onlyNew
          ? `rows whose ${uniqueKey.join(', ')} the target has already are left out`
          : 'every row that is read is added',
        ...unusedReason(MODE, options, ['only_new_rows']),
      ],
    };
  },
});

function readScope(input: StrategyInput<CommonOptions>): ['all' | 'increment', string] {
  const cursor = cursorName(input);
  if (cursor !== undefined) return ['increment', `what is new since the last load is read, by ${cursor}`];
  if (input.options.only_new_rows)
    return ['all', 'there is no cursor: the source is read whole, its key tells what is new'];
  // Reading all of it each time would add the same rows again: the engine refuses the missing cursor.
  return ['increment', 'what is new since the last load is read'];
}
