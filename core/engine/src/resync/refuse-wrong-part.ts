import { fail, typeName, type Predicate } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { targetName } from '../plan/program.js';
import { planStrategy } from '../plan/strategy.js';
import { whereOf } from '../plan/where.js';
import { withSink } from '../target-scope.js';

/**
 * Refuses what the target can tell before anything is read: a target that keeps more than the rows of now, so that it
 * cannot be made anew from them; a column that it does not have; a value that is none of the column's; a range that
 * ends before it begins.
 */
export async function refuseWrongPart(host: EngineHost, spec: ProcessSpec, part: Predicate): Promise<void> {
  await withSink(host, spec, undefined, async (sink, open) => {
    const { uniqueKey, mode } = spec.sink.strategy;
    const { framework = [], envelope = [] } = await planStrategy(host, open, { uniqueKey, targetExists: true });
    if (framework.length > 0 || envelope.length > 0) {
      const kept = framework.map(({ name }) => name).join(', ') || envelope.join(', ');
      throw fail(
        'DPONE_OPTION_CONFLICT',
        `${mode} keeps what the source no longer has (${kept}): a part of it cannot be loaded again`,
        {
          where: whereOf(spec, 'sink.strategy.mode'),
          remedy: 'Set the cursor back instead (dpone state replay-from), or begin anew (dpone state reset).',
        },
      );
    }
    const { schema } = await sink.inspect();
    if (schema === null)
      throw fail('DPONE_OPTION_CONFLICT', `${targetName(spec.sink.table)} is not there: nothing was loaded yet`, {
        where: whereOf(spec, 'sink.table'),
        remedy: 'Load all of it: dpone run.',
      });
    for (const { column, values } of conditionsOf(part)) {
      const found = schema.columns.find(({ name }) => name.toLowerCase() === column.toLowerCase());
      if (found === undefined)
        throw fail('DPONE_USAGE', `${targetName(spec.sink.table)} has no column ${column}`, {
          where: whereOf(spec, 'sink.table'),
          remedy: `It has: ${schema.columns.map(({ name }) => name).join(', ')}.`,
        });
      const form = FORMS.find(({ kinds }) => kinds.test(found.type.kind));
      const wrong = form === undefined ? undefined : values.find((value) => !form.text.test(value));
      if (wrong !== undefined)
        throw fail('DPONE_USAGE', `"${wrong}" is no value of the column ${column} (${typeName(found.type)})`, {
          remedy: `Give ${form!.what}.`,
        });
      if (form !== undefined) refuseNothing(part, form);
    }
  });
}

/** A range without a value would load nothing, which looks like a part that the source no longer has rows of. */
function refuseNothing(part: Predicate, { isAfter }: (typeof FORMS)[number]): void {
  if (part.op !== 'and') return;
  const [from, to] = part.all;
  if (from?.op !== 'ge' || (to?.op !== 'lt' && to?.op !== 'le')) return;
  const [low, high] = [String(from.value), String(to.value)];
  if (isAfter(high, low) || (to.op === 'le' && !isAfter(low, high))) return;
  throw fail('DPONE_USAGE', `no value of ${from.column} is from ${low} to ${to.op === 'lt' ? 'before ' : ''}${high}`, {
    remedy: 'Give an end that is behind the beginning.',
  });
}

const isLater = (a: string, b: string): boolean => a.replace('T', ' ') > b.replace('T', ' ');

/** How a value of a type is written, and which of two comes later; what has no line here is left to the systems. */
const FORMS = [
  {
    kinds: /^u?int/,
    text: /^-?\d+$/,
    what: 'a whole number',
    isAfter: (a: string, b: string) => BigInt(a) > BigInt(b),
  },
  {
    kinds: /^(decimal|float)/,
    text: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i,
    what: 'a number',
    isAfter: (a: string, b: string) => Number(a) > Number(b),
  },
  {
    kinds: /^(date|timestamp)$/,
    text: /^\d{4}-\d{2}-\d{2}/,
    what: 'a date or time, such as 2026-01-31',
    isAfter: isLater,
  },
] as const;

function conditionsOf(part: Predicate): { readonly column: string; readonly values: readonly string[] }[] {
  switch (part.op) {
    case 'and':
      return part.all.flatMap(conditionsOf);
    case 'in':
      return [{ column: part.column, values: part.values.map(String) }];
    case 'eq':
    case 'ge':
    case 'le':
    case 'lt':
      return [{ column: part.column, values: [String(part.value)] }];
    default:
      return [];
  }
}
