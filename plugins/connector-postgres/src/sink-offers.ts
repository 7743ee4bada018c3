import { laneRefuses, type Column, type LaneOffer } from '@dpone/sdk';
import { hasPgTarget } from './pg-target.js';
import { columnType, isBuiltIn } from './types.js';

const ROWS_COST = 20;
/** Files are converted into a plain one first, which a codec that the planner adds would do as well. */
const PULL = { parquet: 3, csv: 3.5, tsv: 3.5, jsonl: 4.5 } as const;

/** What staging takes; `known` are the target's own types, which are there whatever other servers have. */
export function sinkOffers(known: ReadonlySet<string>): LaneOffer[] {
  const noType = (column: Column): string | undefined => {
    const type = columnType(column, known);
    return 'refused' in type ? type.refused : undefined;
  };
  const typeOf = (column: Column): string => {
    const type = columnType(column, known);
    return 'refused' in type ? '' : type.type;
  };
  const binary = (column: Column): string | undefined =>
    noType(column) ?? (hasPgTarget(typeOf(column)) ? undefined : `${typeOf(column)} is written as text only`);
  const pulls = (Object.keys(PULL) as (keyof typeof PULL)[]).map((id): LaneOffer => ({
    id,
    transport: 'pull',
    cost: PULL[id],
    refuses: (column) =>
      binary(column) ?? laneRefuses(id, column.type) ?? (id === 'parquet' ? undefined : tooLong(column)),
  }));
  return [
    {
      id: 'pg-copy-binary',
      transport: 'stream',
      cost: 2,
      refuses: (column) =>
        noType(column) ?? (isBuiltIn(typeOf(column)) ? undefined : `${typeOf(column)} is no built-in type`),
    },
    { id: 'pg-copy-text', transport: 'stream', cost: 3, refuses: noType },
    ...pulls,
    { id: 'parquet', transport: 'push', cost: PULL.parquet, refuses: binary },
    { id: 'rows', transport: 'rows', cost: ROWS_COST, refuses: noType },
  ];
}

/** Other files become Parquet on their way. */
const tooLong = ({ type }: Column): string | undefined =>
  type.kind === 'decimal' && type.precision > 38 ? 'files are read with at most 38 digits' : undefined;
