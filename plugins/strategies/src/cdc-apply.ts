import { defineStrategy, fail, ownCursor, type EventEnvelope, type Predicate, type StrategyInput } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { DELETED_AT } from './framework-columns.js';
import { cdcOptions } from './mode-options.js';
import { requireKey } from './require-key.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'cdc_apply';
const SEQ = '__dpone__seq';
type Options = NonNullable<CommonOptions['cdc']>;

/** Change events become the table that they tell of. */
export const cdcApply = defineStrategy<CommonOptions>({
  summary: 'Applies insert, update, delete and truncate events in their order, so that the target is what they tell of',
  options: commonSchema,
  needs: [['apply_events']],
  uniqueKey: 'required',
  cursor: 'optional',
  readsBy: 'cdc',
  example: { mode: MODE, unique_key: 'id', cdc: { operation_column: 'op', order_column: 'position' } },
  plan: (input) => {
    const { options, uniqueKey, sink, source, cursor } = input;
    requirePrimitive(MODE, 'apply_events', sink);
    requireKey(MODE, uniqueKey);
    const own = options.cdc ?? cdcOptions.parse({});
    const envelope = envelopeOf(input, own);
    const soft = own.delete_policy === 'soft_delete';
    const stream = cursor !== undefined || ownCursor(source) !== undefined;
    return {
      read: stream ? 'increment' : 'all',
      envelope: envelope.columns,
      framework: [{ name: SEQ, type: { kind: 'int64' }, value: 'null' }, ...(soft ? [DELETED_AT] : [])],
      checks: [
        {
          id: `known.${envelope.operation}`,
          kind: 'predicate',
          predicate: { op: 'in', column: envelope.operation, values: known(envelope) },
          on: 'fail',
        },
        { id: `not_null.${envelope.order}`, kind: 'not_null', column: envelope.order, on: 'fail' },
        ...uniqueKey.map((column) => ({
          id: `not_null.${column}`,
          kind: 'predicate' as const,
          predicate: keyed(envelope, column),
          on: 'fail' as const,
        })),
      ],
      steps: [
        {
          op: 'apply_events',
          key: uniqueKey,
          envelope,
          seq: SEQ,
          deletes: DELETES[own.delete_policy],
        },
      ],
      reasons: [
        stream ? 'the events since the last load are read' : 'the source is read whole, as events',
        `of the events of a key the one with the largest ${envelope.order} counts; one that was applied before changes nothing`,
        DELETED[own.delete_policy],
        ...unusedReason(MODE, options, ['cdc']),
      ],
    };
  },
});

const DELETES = { apply: 'apply', soft_delete: 'mark', ignore: 'ignore' } as const;
const DELETED: Readonly<Record<Options['delete_policy'], string>> = {
  apply: 'deletions remove their row',
  soft_delete: `deletions set ${DELETED_AT.name}`,
  ignore: 'deletions do nothing',
};

/** Both ways of writing a word: SQL compares texts by case. */
const known = ({ upserts, deletes, truncates }: EventEnvelope): string[] =>
  [...upserts, ...deletes, ...truncates].flatMap((word) => [...new Set([word, word.toUpperCase()])]);

/** Only the emptying of a table has no key. */
const keyed = ({ operation, truncates }: EventEnvelope, column: string): Predicate => ({
  op: 'or',
  all: [
    { op: 'is_not_null', column },
    { op: 'in', column: operation, values: truncates.flatMap((word) => [word, word.toUpperCase()]) },
  ],
});

function envelopeOf({ source, cursor }: StrategyInput<CommonOptions>, own: Options): EventEnvelope {
  const given = cursor?.kind === 'cdc' ? source.events : undefined;
  const operation = own.operation_column ?? given?.operation ?? '__dpone__op';
  const order = own.order_column ?? given?.order;
  if (order === undefined)
    throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs the column that says in which order events are applied`, {
      where: 'sink.strategy.cdc.order_column',
      remedy:
        'Set sink.strategy.cdc.order_column to an integer that grows with every event, or read by source.options.incremental_strategy: cdc.',
    });
  const unchanged = own.unchanged_column ?? given?.unchanged;
  const oldKey = own.old_key_column ?? given?.oldKey;
  const named = [operation, order, unchanged, oldKey].filter((name) => name !== undefined);
  const lower = (words: readonly string[]): string[] => [...new Set(words.map((word) => word.toLowerCase()))];
  return {
    operation,
    order,
    ...(unchanged === undefined ? {} : { unchanged }),
    ...(oldKey === undefined ? {} : { oldKey }),
    columns: [...new Set([...named, ...(given?.columns ?? []), ...own.envelope_columns])],
    upserts: lower(own.upserts),
    deletes: lower(own.deletes),
    truncates: lower(own.truncates),
  };
}
