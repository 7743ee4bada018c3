import type { CheckResult } from '@dpone/sdk';
import type { CdcSource } from './cdc-source.js';
import { BEGIN_ANEW } from './cdc-state.js';
import { slotFamily } from './slot-name.js';
import { findSlots, type Slot } from './slots.js';

/** Log kept for a slot from which on it is worth a warning, in bytes. */
const MUCH = 1 << 30;

/** How the process's slots are, where it has any: a line each. */
export async function checkCdc({ server, names, doing, signal }: CdcSource): Promise<CheckResult[]> {
  const session = await server.session(signal);
  try {
    return (await findSlots(session, slotFamily(names), doing)).map(slotResult);
  } finally {
    await session.close();
  }
}

function slotResult(slot: Slot): CheckResult {
  const name = `replication slot ${slot.name}`;
  const keeps = `keeps ${sizeText(slot.keeps ?? 0)} of log`;
  const drop = `SELECT pg_drop_replication_slot('${slot.name}');`;
  if (!slot.fits)
    return { name, status: 'warn', message: 'is of another database or plugin', remedy: 'Set source.options.slot.' };
  if (slot.lost)
    return {
      name,
      status: 'warn',
      message: 'the server has removed log that it needed',
      remedy: `${drop} ${BEGIN_ANEW}`,
    };
  const busy = slot.reader === undefined ? '' : `, read by pid ${slot.reader} of the server`;
  const message = `${keeps}, wal_status ${slot.walStatus ?? 'unknown'}${busy}`;
  const late = slot.walStatus !== 'reserved' || (slot.keeps ?? 0) > MUCH;
  if (!late) return { name, status: 'pass', message };
  const remedy = `Run the process more often; where it is no longer needed: ${drop}`;
  return { name, status: 'warn', message, remedy };
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}
