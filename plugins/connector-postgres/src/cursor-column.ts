import { fail, isInteger, quoteIdent, typeName, type Column, type Json, type ReadRequest } from '@dpone/sdk';
import { textLiteral } from './sql.js';

const WHERE = 'source.options.incremental_column';

/**
 * What is new by a column: rows past the last value, or from it on where rows may repeat, so that a tie that was
 * committed later is taken too. Undefined at the first load, which takes everything; a row whose value is NULL is taken
 * by that one alone. Undefined behind the last value: the snapshot is the end.
 *
 * A transaction that was open during a read and commits a smaller value afterwards is not seen by the next one:
 * `lookback_days` reaches back, and the cursor `xmin` misses nothing.
 */
export function columnCondition(column: Column, request: Pick<ReadRequest, 'state' | 'mayRepeat'>): string | undefined {
  const name = ordered(column);
  const last = lastValue(column, request.state);
  if (last === undefined) return undefined;
  return `${name} ${request.mayRepeat === true ? '>=' : '>'} ${textLiteral(last)}`;
}

/** Texts are compared byte by byte, as targets find their largest: what comes later depends on no language. */
function ordered(column: Column): string {
  const { type } = column;
  const name = quoteIdent(column.name);
  if (type.kind === 'string') return `${name}::text COLLATE "C"`;
  const ok = isInteger(type) || ['decimal', 'float32', 'float64', 'date', 'timestamp', 'uuid'].includes(type.kind);
  if (ok) return name;
  throw fail('DPONE_OPTION_CONFLICT', `${column.name} is ${typeName(type)}: its values do not say what came later`, {
    where: WHERE,
    remedy: 'Name a column of numbers, dates, timestamps or texts that only grow.',
  });
}

function lastValue(column: Column, state: Json): string | undefined {
  if (state === null) return undefined;
  const begin = 'Begin anew: dpone state reset <manifest> --yes.';
  if (typeof state !== 'string' && typeof state !== 'number')
    throw fail('DPONE_INPUT_INVALID', `the stored state is no value of ${column.name}`, { remedy: begin });
  const text = String(state);
  if (/^(?:\+?inf(?:inity)?|nan)$/i.test(text))
    throw fail('DPONE_OPTION_CONFLICT', `the last value of ${column.name} is ${text}: nothing can come after it`, {
      where: WHERE,
      remedy: `Leave such rows out (custom_predicate), then begin anew: dpone state reset <manifest> --yes.`,
    });
  return text;
}
