import type { Logger, ReadRequest, TableRef } from '@dpone/sdk';
import type { Doing } from '../errors.js';
import type { Server } from '../server.js';
import type { CdcNames } from './slot-name.js';

/** The table whose changes are read, and by what. */
export interface CdcSource {
  readonly server: Server;
  readonly table: TableRef;
  /** `public.orders`. */
  readonly label: string;
  readonly names: CdcNames;
  readonly log: Logger;
  readonly doing: Doing;
  readonly signal: AbortSignal;
}

export type CdcRequest = Pick<ReadRequest, 'state' | 'columns' | 'where'>;
