import { createHash } from 'node:crypto';
import type { TableRef } from '@dpone/sdk';
import type { SourceOptions } from '../options.js';
import { DEFAULT_SCHEMA } from '../sql.js';

/** Longest name of a slot or publication (NAMEDATALEN - 1). */
const LONGEST = 63;
const HASH = 8;

/** Slots whose names begin so are dpone's to drop, where nobody uses them. */
export const OWN_PREFIX = 'dpone_';

/** What slot and publication are called. */
export interface CdcNames {
  /** The slot, or `<slot>__2` ... `<slot>__9` where that is taken while a new first load is on its way. */
  readonly slot: string;
  readonly publication: string;
}

/** By the options, else by the process, else (outside of one) by the table. */
export function cdcNames(
  options: Pick<SourceOptions, 'slot' | 'publication'>,
  process: string | undefined,
  table: TableRef,
): CdcNames {
  const slot = options.slot ?? ownName(process ?? `${table.schema ?? DEFAULT_SCHEMA}_${table.name}`);
  return { slot, publication: options.publication ?? slot };
}

/** Two processes never share a name: what cannot be said in one (`Orders-2`, `a__b`) is told apart by a hash. */
function ownName(of: string): string {
  const plain = of.toLowerCase().replace(/[^a-z0-9]+|_+/g, '_');
  const name = `${OWN_PREFIX}${plain}`;
  if (plain === of && name.length <= LONGEST - 3) return name;
  const hash = createHash('sha256').update(of).digest('hex').slice(0, HASH);
  return `${name.slice(0, LONGEST - 3 - HASH - 1)}_${hash}`;
}

/** Every name that a slot of the process can have, in the order in which they are tried. */
export const slotFamily = ({ slot }: CdcNames): string[] =>
  [slot, ...Array.from({ length: 8 }, (_, at) => `${slot}__${at + 2}`)].filter((name) => name.length <= LONGEST);
