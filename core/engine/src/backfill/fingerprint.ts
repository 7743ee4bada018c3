import { createHash } from 'node:crypto';
import { redactDeep, stableJson, type ChunkPlan } from '@dpone/sdk';
import type { ProcessSpec, SideSpec } from '../manifest/process-spec.js';
import { targetName } from '../plan/program.js';

/** Tells one backfill from another without holding a secret: its chunks, and what is copied where. */
export function fingerprintOf(spec: ProcessSpec, { windows }: ChunkPlan): string {
  const side = ({ type, connection, table }: SideSpec): unknown => ({
    type,
    connection: redactDeep(connection),
    table: table === undefined ? null : targetName(table),
  });
  const identity = { windows, source: side(spec.source), sink: side(spec.sink) };
  return createHash('sha256').update(stableJson(identity)).digest('hex').slice(0, 16);
}
