import { fail } from '@dpone/sdk';

const LSN = /^([\dA-F]{1,8})\/([\dA-F]{1,8})$/i;

/** A place in the write-ahead log as a number (https://www.postgresql.org/docs/current/datatype-pg-lsn.html). */
export function parseLsn(text: string): bigint {
  const [, high, low] = LSN.exec(text) ?? [];
  if (high === undefined || low === undefined) throw fail('DPONE_INPUT_INVALID', `${text} is no place in a log`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** `16/B374D848`, as Postgres writes it. */
export const lsnText = (lsn: bigint): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
