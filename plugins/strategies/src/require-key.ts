import { fail } from '@dpone/sdk';

/** Refuses a mode that knows rows by their key where there is none. */
export function requireKey(mode: string, key: readonly string[]): void {
  if (key.length > 0) return;
  throw fail('DPONE_OPTION_CONFLICT', `${mode} needs a unique_key`, {
    where: 'sink.strategy.unique_key',
    remedy: 'Set sink.strategy.unique_key to the columns that identify a row.',
  });
}
