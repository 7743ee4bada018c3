import type { ResyncPart } from '@dpone/engine';
import { fail } from '@dpone/sdk';

interface Given {
  readonly partition?: readonly string[] | undefined;
  readonly 'key-from'?: string | undefined;
  readonly 'key-to'?: string | undefined;
  readonly window?: string | undefined;
  readonly column?: string | undefined;
}

/**
 * The part of a table that the flags name.
 * @throws DPONE_USAGE where they name none, or a window is not `COLUMN=FROM..TO`
 */
export function resyncPart(given: Given): ResyncPart {
  const { partition, window, column } = given;
  const named = column === undefined ? {} : { column };
  if (partition !== undefined) return { kind: 'partitions', ...named, values: partition };
  if (window !== undefined) return windowOf(window);
  const { 'key-from': from, 'key-to': to } = given;
  if (from === undefined && to === undefined)
    throw fail('DPONE_USAGE', 'no part of the table is named', {
      remedy: 'Pass --partition, --key-from and --key-to, or --window.',
    });
  return { kind: 'keys', ...named, ...endsOf(from, to) };
}

function windowOf(text: string): ResyncPart {
  const [, column, from = '', to = ''] = /^([^=]+)=(.*?)\.\.(.*)$/s.exec(text) ?? [];
  if (column === undefined || (from === '' && to === ''))
    throw fail('DPONE_USAGE', `--window ${text} is none`, {
      remedy: 'Write it as COLUMN=FROM..TO, such as ordered_on=2026-01-01..2026-02-01; either end may be left out.',
    });
  return { kind: 'window', column, ...endsOf(from === '' ? undefined : from, to === '' ? undefined : to) };
}

const endsOf = (
  from: string | undefined,
  to: string | undefined,
): { readonly from?: string; readonly to?: string } => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});
