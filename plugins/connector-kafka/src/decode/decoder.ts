import type { Column } from '@dpone/sdk';

/** Turns the values of messages into columns. */
export interface MessageDecoder {
  /** Every column that a value has, in order. */
  readonly columns: readonly Column[];
  /** Whether messages must be looked up before they can be read: their schemas are fetched. */
  prepare?(value: Buffer): Promise<void> | undefined;
  /** Writes one value's columns at a row; throws a BadMessage where it cannot. `out` has a list a wanted column. */
  decode(value: Buffer, out: readonly unknown[][], row: number): void;
}

/** Makes the decoder that writes these columns, in this order, of those that it has. */
export type DecoderFor = (wanted: readonly string[]) => MessageDecoder;
