import { defineStrategy, fail, type SinkCapabilities } from '@dpone/sdk';
import { commonSchema, unusedReason, type CommonOptions } from './common-options.js';
import { requirePrimitive } from './require-primitive.js';

const MODE = 'full_refresh';
type Way = NonNullable<SinkCapabilities['replaceAllBy']>[number];
const OPTION: Readonly<Record<Way, string>> = { swap: 'exchange', truncate_insert: 'truncate_insert' };

/** The target becomes exactly what the source holds. */
export const fullRefresh = defineStrategy<CommonOptions>({
  summary: 'Replaces the target by everything that the source holds',
  options: commonSchema,
  needs: [['replace_all']],
  uniqueKey: 'optional',
  cursor: 'optional',
  example: { mode: MODE, overwrite_type: 'exchange' },
  plan: ({ options, sink, cursor }) => {
    requirePrimitive(MODE, 'replace_all', sink);
    const [by, reason] = chooseWay(options.overwrite_type, sink);
    return {
      read: 'all',
      checks: [],
      steps: [{ op: 'replace_all', by }],
      reasons: [
        'the source is read whole',
        ...(cursor === undefined ? [] : [`the cursor ${cursor.column ?? cursor.kind} is remembered, not read by`]),
        reason,
        ...unusedReason(MODE, options, ['overwrite_type']),
      ],
    };
  },
});

function chooseWay(wanted: CommonOptions['overwrite_type'], sink: SinkCapabilities): [Way, string] {
  const can = sink.replaceAllBy ?? (['swap', 'truncate_insert'] as const);
  if (wanted === 'auto') {
    if (can.includes('swap')) return ['swap', 'exchange: staging takes the place of the target, rows are written once'];
    if (can.includes('truncate_insert'))
      return ['truncate_insert', 'truncate_insert: the sink cannot put staging in the place of the target'];
  }
  const way: Way = wanted === 'truncate_insert' ? 'truncate_insert' : 'swap';
  if (can.includes(way)) return [way, `${OPTION[way]}: overwrite_type says so`];
  throw fail('DPONE_CAPABILITY', `this sink cannot replace its target by overwrite_type: ${wanted}`, {
    where: 'sink.strategy.overwrite_type',
    remedy: `Set it to ${['auto', ...can.map((one) => OPTION[one])].join(' or ')}.`,
  });
}
