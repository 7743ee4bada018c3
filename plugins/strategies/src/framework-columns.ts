import type { CanonicalType, FrameworkColumn, StrategyInput } from '@dpone/sdk';

type Need = Omit<FrameworkColumn, 'nullable'>;

export const INSTANT: CanonicalType = { kind: 'timestamp', precision: 6, tz: true };

/** When a row was found to be gone; NULL where it is there. */
export const DELETED_AT: Need = { name: '__dpone__deleted_at', type: INSTANT, value: 'null' };

/** The hash of a row's data. */
export const ROW_HASH: Need = { name: '__dpone__row_hash', type: { kind: 'string' }, value: 'row_hash' };

/** The data's columns; none while a manifest is only checked. */
export const dataColumns = ({ schema }: Pick<StrategyInput<unknown>, 'schema'>): string[] =>
  (schema?.columns ?? []).map((column) => column.name);
