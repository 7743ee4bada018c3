import { isUtf8 } from 'node:buffer';
import type { Column } from '@dpone/sdk';
import { BadMessage } from './bad-message.js';
import type { MessageDecoder } from './decoder.js';

/** The name of the one column of messages that are not taken apart. */
export const VALUE_COLUMN = 'value';

/** The whole value as one column. */
export function plainDecoder(format: 'string' | 'bytes', wanted: readonly string[]): MessageDecoder {
  const columns: readonly Column[] = [{ name: VALUE_COLUMN, type: { kind: format }, nullable: true }];
  const read = format === 'string' ? utf8 : (value: Buffer): Buffer => Buffer.from(value);
  return {
    columns,
    decode(value, out, row) {
      if (wanted.length > 0) out[0]![row] = read(value);
    },
  };
}

/** Text that is UTF-8, or a BadMessage: nothing is replaced. */
export function utf8(value: Buffer): string {
  if (!isUtf8(value)) throw new BadMessage('the value is no UTF-8');
  return value.toString('utf8');
}
