import { defineStrategy, fail, type Predicate } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
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
  plan: ({ options, sink }) => {
    requirePrimitive(MODE, 'delete', sink);
    requirePrimitive(MODE, 'append', sink);
    const { window } = options;
    const where = conditionOf(options);
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

function conditionOf({ window, custom_predicate: sql }: CommonOptions): Predicate {
  if ((window === undefined) === (sql === undefined))
    throw fail('DPONE_OPTION_CONFLICT', `${MODE} needs a window or a custom_predicate, one of them`, {
      where: 'sink.strategy.window',
      remedy: 'Set sink.strategy.window to {column, from, to}, or sink.strategy.custom_predicate to a condition.',
    });
  return window === undefined ? { op: 'sql', sql: sql! } : windowPredicate(window);
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
