import {
  fail,
  isInteger,
  quoteIdent,
  typeName,
  type Column,
  type Json,
  type ReadRequest,
  type StateAdvance,
} from '@dpone/sdk';
import { BINARY, literalFor, quoteName, textLiteral } from './sql.js';

const WHERE = 'source.options.incremental_column';
const BEGIN_ANEW = 'Begin anew: dpone state reset <manifest> --yes.';

/** Which rows are new, and what the load leaves as state. */
export interface Cursor {
  readonly condition?: string;
  readonly advance: StateAdvance;
}

type Request = Pick<ReadRequest, 'state' | 'mayRepeat'>;

export const isRowversion = (column: Column): boolean => column.native?.type === 'rowversion';

/**
 * What is new by a rowversion: everything from where the last load stopped up to the smallest number that a transaction
 * may still be using. A row that is changed meanwhile gets a larger one and comes next time: none is missed, none comes
 * twice in one state (https://learn.microsoft.com/sql/t-sql/functions/min-active-rowversion-transact-sql).
 */
export function rowversionCursor(column: Column, { state }: Request, active: Uint8Array): Cursor {
  const name = quoteName(column.name);
  const upper = `0x${Buffer.from(active).toString('hex')}`;
  const before = `${name} < ${upper}`;
  const advance: StateAdvance = { kind: 'value', state: upper };
  if (state === null) return { condition: before, advance };
  if (typeof state !== 'string' || !/^0x[\da-f]{16}$/i.test(state))
    throw fail('DPONE_INPUT_INVALID', `the stored state is no rowversion of ${column.name}`, { remedy: BEGIN_ANEW });
  return { condition: `${name} >= ${state} AND ${before}`, advance };
}

/**
 * What is new by a column: rows past the last value, or from it on where rows may repeat, so that a tie that was
 * committed later is taken too. No condition at the first load, which takes everything; a row whose value is NULL is
 * taken by that one alone. Nothing is said of the end: the snapshot is the end.
 *
 * A transaction that was open during a read and commits a smaller value afterwards is not seen by the next one:
 * `lookback_days` reaches back, and a rowversion column misses nothing.
 */
export function columnCursor(column: Column, request: Request): Cursor {
  const name = ordered(column);
  const advance: StateAdvance = { kind: 'max', column: column.name };
  const last = lastValue(column, request.state);
  if (last === undefined) return { advance };
  const literal =
    column.type.kind === 'uuid' ? textLiteral(last.toLowerCase()) : literalFor([column])(last, column.name);
  return { condition: `${name} ${request.mayRepeat === true ? '>=' : '>'} ${literal}`, advance };
}

/** Texts are compared by their code units, as targets find their largest: what comes later depends on no language. */
function ordered(column: Column): string {
  const { type, native } = column;
  const name = quoteName(column.name);
  const offset = native?.type.startsWith('datetimeoffset') === true;
  if (type.kind === 'string' && !offset && native?.type !== 'xml') return `${name} COLLATE ${BINARY}`;
  // SQL Server orders a uniqueidentifier by its last bytes first; elsewhere it is ordered as its text.
  if (type.kind === 'uuid') return `LOWER(CONVERT(char(36), ${name})) COLLATE ${BINARY}`;
  if (isInteger(type) || ['decimal', 'float32', 'float64', 'date', 'timestamp'].includes(type.kind)) return name;
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `${quoteIdent(column.name)} is ${native?.type ?? typeName(type)}: its values do not say what came later`,
    {
      where: WHERE,
      remedy: 'Name a rowversion column, or one of numbers, dates, timestamps or texts that only grow.',
    },
  );
}

function lastValue(column: Column, state: Json): string | undefined {
  if (state === null) return undefined;
  if (typeof state !== 'string' && typeof state !== 'number')
    throw fail('DPONE_INPUT_INVALID', `the stored state is no value of ${column.name}`, { remedy: BEGIN_ANEW });
  return String(state);
}
