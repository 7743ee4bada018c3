import type { Column } from '@dpone/sdk';

const NEVER_NULL = ['array', 'map', 'struct'];

/** Dates outside of Date32, and NULL of what cannot be NULL, are refused: `values.test.ts` says how. */
export function inReach({ type }: Column, value: unknown): boolean {
  if (value === null) return !NEVER_NULL.includes(type.kind);
  return type.kind !== 'date' || ((value as string) >= '1900' && (value as string) < '2300');
}
