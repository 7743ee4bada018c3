import { laneRefuses, type Column, type LaneOffer } from '@dpone/sdk';
import { columnType } from './types.js';

/** Where rows and files meet a source: see {@link sinkOffers}. */
const ROWS_COST = 20;
const FILES_COST = 36;

const noType = (column: Column): string | undefined => {
  const type = columnType(column);
  return 'refused' in type ? type.refused : undefined;
};

/**
 * What staging takes: rows. Text files that are there are read here, by the codec, as the types of staging, which a source
 * that guessed them from the first rows could not know: a little cheaper than their rows (1 and 36 against 20 and 20), and
 * dearer than the rows of a source that would have to write a file first.
 */
export function sinkOffers(): LaneOffer[] {
  const pull = (['csv', 'tsv', 'jsonl'] as const).map((id): LaneOffer => ({
    id,
    transport: 'pull',
    cost: FILES_COST,
    refuses: (column) => noType(column) ?? laneRefuses(id, column.type),
  }));
  return [{ id: 'rows', transport: 'rows', cost: ROWS_COST, refuses: noType }, ...pull];
}
