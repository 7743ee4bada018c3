import type { ChunkWindow } from '@dpone/sdk';

/** Where a chunk stands. `failed` is tried again by itself; `poisoned` is not, until somebody says so. */
export type ChunkStatus = 'pending' | 'leased' | 'committed' | 'failed' | 'poisoned' | 'cancelled';

/** One chunk of a backfill in its ledger. Plain JSON, with the keys that `dpone backfill status` prints. */
export interface ChunkRecord {
  /** 1, 2, ... in the order of the ranges. */
  readonly chunk: number;
  readonly from: ChunkWindow['from'];
  readonly to: ChunkWindow['to'];
  readonly status: ChunkStatus;
  /** How often a load of it was begun. */
  readonly attempts: number;
  /** How often it failed while its owner lived, since it was last told to be tried again. */
  readonly failures: number;
  /** How often the process that worked on it died, its owner or a worker of it, since it was last told to be tried again. */
  readonly deaths: number;
  readonly lease: ChunkLease | null;
  /** The load in hand, or the last one: its receipt says whether it took effect. */
  readonly load_id: string | null;
  /** Rows read, once it is committed. */
  readonly rows: number | null;
  /** Why it failed, or was set aside. */
  readonly reason: { readonly code: string; readonly message: string } | null;
}

/** Who works on a chunk. It holds until `expires_at`, or until somebody holds the target's lock with a higher fence. */
export interface ChunkLease {
  /** `host:pid`. */
  readonly owner: string;
  readonly expires_at: string;
  readonly fence: number;
}

export const newChunk = (chunk: number, { from, to }: ChunkWindow): ChunkRecord => ({
  chunk,
  from,
  to,
  status: 'pending',
  attempts: 0,
  failures: 0,
  deaths: 0,
  lease: null,
  load_id: null,
  rows: null,
  reason: null,
});

/** Why a chunk is set aside whose workers die of it; `last` is what is known of the last one. */
export const diedReason = (deaths: number, last: string): NonNullable<ChunkRecord['reason']> => ({
  code: 'DPONE_WORKER_DIED',
  message: `its worker died ${deaths === 1 ? 'once' : `${deaths} times`}; the last one: ${last}`,
});

/** How a backfill stands as a whole. */
export interface LedgerHead {
  readonly status: 'running' | 'paused' | 'cancelled' | 'complete';
  readonly column: string;
  readonly chunks: number;
  /** Of the ranges, the source and the target: a ledger is of these alone. */
  readonly fingerprint: string;
  readonly begun_at: string;
}

/** How many chunks stand where. */
export type ChunkCounts = { readonly total: number } & Readonly<Record<ChunkStatus, number>>;

export function countChunks(chunks: readonly Pick<ChunkRecord, 'status'>[]): ChunkCounts {
  const of = (status: ChunkStatus): number => chunks.filter((chunk) => chunk.status === status).length;
  return {
    total: chunks.length,
    pending: of('pending'),
    leased: of('leased'),
    committed: of('committed'),
    failed: of('failed'),
    poisoned: of('poisoned'),
    cancelled: of('cancelled'),
  };
}

/** `chunk 3 (2026-03-01 to before 2026-04-01)`. */
export const chunkName = ({ chunk, from, to }: Pick<ChunkRecord, 'chunk' | 'from' | 'to'>): string =>
  `chunk ${chunk} (${from} to before ${to})`;
