import type { StagingCheck } from '@dpone/sdk';

/** A key that is NULL or not unique in staging matches no row, or more than one: the load fails before the target is touched. */
export const keyChecks = (key: readonly string[]): StagingCheck[] => [
  ...key.map((column): StagingCheck => ({ id: `not_null.${column}`, kind: 'not_null', column, on: 'fail' })),
  { id: `unique.${key.join('+')}`, kind: 'unique', columns: key, on: 'fail' },
];
