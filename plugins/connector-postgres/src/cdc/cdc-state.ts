import { fail, type Json } from '@dpone/sdk';

/** How far the log was read, and what must still be the same to go on. */
export interface CdcState {
  readonly slot: string;
  readonly publication: string;
  /** What tells that the publication is as it was when the slot began. */
  readonly published: string;
  /** Transactions whose commit begins before it were delivered, the others were not. */
  readonly lsn: string;
  /** The largest `_cdc_seq` so far. */
  readonly seq: string;
  /** The server's system identifier. */
  readonly system: string;
  /** The table's oid. */
  readonly table: string;
  /** The numbers of the table's columns by their names then: what a name of the log means after a renaming. */
  readonly columns: Readonly<Record<string, number>>;
}

export const BEGIN_ANEW = 'Begin anew, the next load reads the whole table: dpone state reset <manifest> --yes.';

export function cdcStateOf(state: Json): CdcState {
  const { slot, publication, published, lsn, seq, system, table, columns } = (state ?? {}) as Partial<CdcState>;
  const texts = [slot, publication, published, system].every((text) => typeof text === 'string' && text !== '');
  const places = /^[\dA-F]+\/[\dA-F]+$/i.test(String(lsn)) && [seq, table].every((n) => /^\d+$/.test(String(n)));
  const numbers = typeof columns === 'object' && Object.values(columns ?? {}).every(Number.isSafeInteger);
  if (texts && places && numbers) return state as unknown as CdcState;
  throw fail('DPONE_INPUT_INVALID', 'the stored state is none of the cursor cdc', { remedy: BEGIN_ANEW });
}

export const asJson = (state: CdcState): Json => ({ ...state });
