import { hostname } from 'node:os';
import type { ChunkLease } from './chunk-record.js';

/** How long a lease holds without being renewed. It is shown; what keeps an old owner out is the fence. */
export const LEASE_MS = 60_000;

/** This process's lease of a chunk. */
export const newLease = (now: Date, fence: number): ChunkLease => ({
  owner: `${hostname()}:${process.pid}`,
  expires_at: new Date(now.getTime() + LEASE_MS).toISOString(),
  fence,
});
