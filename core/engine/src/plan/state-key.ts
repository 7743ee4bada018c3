import { fail, type CursorKind, type Json } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { whereOf } from './where.js';

/** The key under which a process keeps its state: one process, one state. */
export const stateKey = (spec: Pick<ProcessSpec, 'name'>): string => spec.name;

type Cursor = NonNullable<ProcessSpec['source']['cursor']>;

export interface CursorState {
  readonly cursor: CursorKind;
  readonly column?: string;
  readonly value: Json;
}

/** What is stored: which cursor left the value, so that another cursor never goes on from it. */
export const storeState = (cursor: Cursor, value: Json): Json => ({
  cursor: cursor.kind,
  ...(cursor.column === undefined ? {} : { column: cursor.column }),
  value,
});

/** The value to go on from. A state that another cursor left is refused: going on from it would lose or double rows. */
export function valueOfState(
  stored: Json,
  cursor: Cursor,
  spec: Pick<ProcessSpec, 'name' | 'manifest' | 'places'>,
): Json {
  if (stored === null) return null;
  const state = stored as unknown as CursorState;
  if (state.cursor === cursor.kind && state.column?.toLowerCase() === cursor.column?.toLowerCase())
    return goBack(state.value, cursor, spec);
  const named = (c: { kind: string; column?: string | undefined }): string =>
    c.column === undefined ? c.kind : `${c.kind} ${c.column}`;
  throw fail(
    'DPONE_OPTION_CONFLICT',
    `the state of ${spec.name} was left by the cursor ${named({ kind: state.cursor, column: state.column })}, the manifest now names ${named(cursor)}`,
    {
      where: whereOf(spec, 'source.options'),
      remedy: `Name the former cursor again, or begin anew: dpone state reset ${spec.manifest} --yes.`,
    },
  );
}

const DATE_FIRST = /^(\d{4}-\d{2}-\d{2})(.*)$/s;

/** The value less the days that the manifest looks back. */
function goBack(value: Json, cursor: Cursor, spec: Pick<ProcessSpec, 'manifest' | 'places'>): Json {
  const days = cursor.lookbackDays ?? 0;
  if (days === 0 || value === null) return value;
  const [, date, rest] = (typeof value === 'string' ? DATE_FIRST.exec(value) : null) ?? [];
  if (date === undefined)
    throw fail(
      'DPONE_OPTION_CONFLICT',
      `lookback_days needs a cursor column of dates, and its last value is ${JSON.stringify(value)}`,
      {
        where: whereOf(spec, 'source.options.lookback_days'),
        remedy: 'Remove lookback_days, or choose a date or timestamp as incremental_column.',
      },
    );
  const earlier = new Date(`${date}T00:00:00Z`);
  earlier.setUTCDate(earlier.getUTCDate() - days);
  return `${earlier.toISOString().slice(0, 10)}${rest}`;
}
