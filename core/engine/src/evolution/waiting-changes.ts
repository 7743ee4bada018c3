import type { SchemaChange } from '@dpone/sdk';
import type { EngineHost } from '../host.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import { schemaChangeId, SchemaLedger } from './schema-ledger.js';

/** Which changes of an existing table have to wait, by `ddl_mode`, the clock and what is approved. Reads only. */
export async function waitingChanges(host: EngineHost, spec: ProcessSpec): Promise<(change: SchemaChange) => boolean> {
  const { ddlMode, window } = spec.schemaEvolution;
  switch (ddlMode) {
    case 'online':
      return () => false;
    case 'plan_only':
      return () => true;
    case 'safe_window': {
      const open = isWithin(host.clock.now(), window!);
      return () => !open;
    }
    case 'manual_approval': {
      const approved = await new SchemaLedger(host.workdir, spec).approved();
      return (change) => !approved.has(schemaChangeId(spec, change));
    }
  }
}

/** A window that ends before it begins reaches over midnight. */
function isWithin(now: Date, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
