import { ownCursor, type StrategyInput } from '@dpone/sdk';

/** The cursor that an incremental load goes by: the manifest's, else the source's own list of taken files or offsets. */
export function cursorName(input: Pick<StrategyInput<unknown>, 'cursor' | 'source'>): string | undefined {
  const { cursor, source } = input;
  if (cursor !== undefined) return cursor.column === undefined ? cursor.kind : `${cursor.kind} ${cursor.column}`;
  return ownCursor(source);
}
