import type { CanonicalType } from '@dpone/sdk';

/** A field of messages of one schema: its type as a column, and how it is read of a message that was taken apart. */
export interface SchemaField {
  readonly name: string;
  readonly type: CanonicalType;
  readonly nullable: boolean;
  readonly read: (message: unknown) => unknown;
}

/** How messages of one registered schema are read. */
export interface SchemaReader {
  readonly fields: readonly SchemaField[];
  /** Takes a message apart, without the bytes that name its schema. Throws where it is none. */
  parse(payload: Buffer): unknown;
}
