import type { LoadTrace } from '../load/trace.js';

/** Adds what the load of a chunk came to to what the run has come to. */
export function addUp(all: LoadTrace, one: LoadTrace): void {
  all.extracted += one.extracted;
  all.rejected += one.rejected;
  all.bytes += one.bytes;
  all.lane = one.lane;
  all.lineage = one.lineage;
  all.package = one.package;
  all.quarantine = one.quarantine ?? all.quarantine;
  all.quality = one.quality;
  all.schemaChanges.push(...one.schemaChanges);
  all.schemaPending = one.schemaPending;
  for (const warning of one.warnings) if (!all.warnings.includes(warning)) all.warnings.push(warning);
  const before = all.committed;
  const now = one.committed;
  if (now === null) return;
  all.committed = {
    inserted: (before?.inserted ?? 0) + now.inserted,
    updated: (before?.updated ?? 0) + now.updated,
    deleted: (before?.deleted ?? 0) + now.deleted,
    finalRows: now.finalRows,
  };
}
