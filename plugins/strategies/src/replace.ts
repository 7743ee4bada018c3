import { defineStrategy, fail, type Predicate, type StrategyInput } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { knownColumn } from './known-column.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'replace';

/** The rows of a window or condition become those of the load. */
export const replace = defineStrategy<CommonOptions>({
  summary: 'Replaces the rows of a window, or those that fit a condition, by what the source holds of them',
  options: commonSchema,
  needs: [['delete', 'append']],
  uniqueKey: 'optional',
  cursor: 'none',
  example: { mode: MODE, window: { column: 'ordered_on', from: '2026-11-01', to: '2026-12-01' } },
  plan: (input) => {
    const { options, sink } = input;
    requirePrimitive(MODE, 'delete', sink);
    requirePrimitive(MODE, 'append', sink);
    const { window } = options;
    const where = conditionOf(input);
    return {
      read: 'all',
      // The source is asked for the window alone; a condition in the target's SQL it may not understand.
      ...(window === undefined ? {} : { where }),
      checks: [{ id: 'replace.inside', kind: 'predicate', predicate: where, on: 'fail' }],
      steps: [{ op: 'delete', where }, { op: 'append' }],
      reasons: [
        window === undefined
          ? `the rows of the target that fit ${options.custom_predicate} are replaced; source.options.custom_predicate chooses what is read`
          : `the rows of ${window.column} ${rangeText(window)} are read and replaced`,
        'a row outside of that stops the load before the target is touched',
        ...unusedReason(MODE, options, ['custom_predicate', 'window']),
      ],
    };
  },
});

type Window = NonNullable<CommonOptions['window']>;

function conditionOf(input: StrategyInput<CommonOptions>): Predicate {
  const { window, custom_predicate: sql } = input.options;
  if ((window === undefined) === (sql === undefined))
    throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs a window or a custom_predicate, one of them`, {
      where: 'sink.strategy.window',
      remedy: 'Set sink.strategy.window to {column, from, to}, or sink.strategy.custom_predicate to a condition.',
    });
  if (window === undefined) return { op: 'sql', sql: sql! };
  refuseEmpty(window);
  const column = knownColumn(input, window.column, 'sink.strategy.window.column')?.name ?? window.column;
  return windowPredicate({ ...window, column });
}

/** A window that holds nothing would empty nothing and load nothing: a mistake, and not to be told from one that worked. */
function refuseEmpty({ from, to }: Window): void {
  for (const [end, value] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (typeof value === 'string' && isNoDay(value))
      throw fail('DPONE_OPTION_CONFLICT', `there is no day ${value}`, {
        where: `sink.strategy.window.${end}`,
        remedy: 'Write a day of the calendar: 2026-02-28.',
      });
  const [low, high] = [from, to].map((value) => (typeof value === 'string' ? value.replace('T', ' ') : value));
  if (low === undefined || high === undefined || typeof low !== typeof high) return;
  // Texts are only compared where both begin with a date; others may be of any order.
  if (typeof low === 'string' && !(DAY.test(low) && DAY.test(String(high)))) return;
  if (low < high) return;
  throw fail('DPONE_OPTION_CONFLICT', `no row is from ${from} to before ${to}`, {
    where: 'sink.strategy.window',
    remedy: 'from belongs to the window, and to is behind it: write a later to.',
  });
}

const DAY = /^\d{4}-\d{2}-\d{2}/;

function isNoDay(text: string): boolean {
  const day = DAY.exec(text)?.[0];
  if (day === undefined) return false;
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day;
}

/** Half open: from is of the window, to is behind it. */
export function windowPredicate({ column, from, to }: Window): Predicate {
  const all: Predicate[] = [
    ...(from === undefined ? [] : [{ op: 'ge', column, value: from } as const]),
    ...(to === undefined ? [] : [{ op: 'lt', column, value: to } as const]),
  ];
  return all.length === 1 ? all[0]! : { op: 'and', all };
}

const rangeText = ({ from, to }: Window): string =>
  [from === undefined ? '' : `from ${from}`, to === undefined ? '' : `to before ${to}`].filter(Boolean).join(' ');
