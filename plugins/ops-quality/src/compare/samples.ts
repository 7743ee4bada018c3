import { parseExactJson, type CanonicalType, type ExactJson } from '@dpone/sdk';
import { parsedJson } from './canonical-text.js';
import type { Columns } from './columns.js';
import type { Comparison } from './compare.js';
import { readRows } from './read-rows.js';
import type { Side } from './side.js';

export interface Sample {
  readonly kind: string;
  readonly key: Readonly<Record<string, ExactJson>>;
  readonly columns: readonly string[];
  readonly source: Readonly<Record<string, unknown>> | null;
  readonly target: Readonly<Record<string, unknown>> | null;
}

interface Seen {
  readonly row: Readonly<Record<string, unknown>>;
  readonly compared: readonly (string | null)[];
}

/** The key of a row, as a report shows it. */
export function keyObject(key: string, columns: Columns): Record<string, ExactJson> {
  const values = parseExactJson(key) as readonly ExactJson[];
  return Object.fromEntries(columns.key.map(({ name }, i) => [name, values[i]!]));
}

/** The first differences of a comparison with the rows they are of; these are read once more, and nothing else is kept. */
export async function samplesOf(
  source: Side,
  target: Side,
  columns: Columns,
  comparison: Comparison,
  limit: number,
): Promise<Sample[]> {
  const { missing, extra, mismatch, duplicateSource, duplicateTarget } = comparison;
  const chosen = [
    ...duplicateSource.keys.map((key) => ({ kind: 'duplicate_source_key', key })),
    ...duplicateTarget.keys.map((key) => ({ kind: 'duplicate_target_key', key })),
    ...missing.keys.map((key) => ({ kind: 'missing_in_target', key })),
    ...extra.keys.map((key) => ({ kind: 'extra_in_target', key })),
    ...mismatch.keys.map((key) => ({ kind: 'mismatch', key })),
  ].slice(0, limit);
  const keysOf = (...kinds: string[]): Set<string> =>
    new Set(chosen.filter(({ kind }) => kinds.includes(kind)).map(({ key }) => key));
  const here = await rowsOf(source, columns, comparison, keysOf('missing_in_target', 'mismatch'));
  const there = await rowsOf(target, columns, comparison, keysOf('extra_in_target', 'mismatch'));
  return chosen.map(({ kind, key }) => {
    const duplicate = kind.startsWith('duplicate');
    const [a, b] = duplicate ? [undefined, undefined] : [here.get(key), there.get(key)];
    const differing = columns.compared.filter((_, c) => a?.compared[c] !== b?.compared[c]).map(({ name }) => name);
    return {
      kind,
      key: keyObject(key, columns),
      columns: duplicate ? columns.key.map(({ name }) => name) : kind === 'mismatch' ? differing : [],
      source: a?.row ?? null,
      target: b?.row ?? null,
    };
  });
}

/** The first row of each of these keys. */
async function rowsOf(
  side: Side,
  columns: Columns,
  { ranges }: Comparison,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Seen>> {
  const found = new Map<string, Seen>();
  if (wanted.size === 0) return found;
  const names = [...side.columns.keys()];
  const only =
    ranges === undefined ? {} : { only: { ranges: ranges.differing, checksums: ranges.checksums[side.name] } };
  await readRows(side, columns, { also: names, ...only }, (row) => {
    if (!wanted.has(row.key) || found.has(row.key)) return;
    const values = names.map((name, i) => [name, row.also(i)] as const);
    const shown = values.filter(([, value]) => value !== undefined);
    found.set(row.key, {
      row: Object.fromEntries(shown.map(([name, value]) => [name, shownValue(value, side.columns.get(name))])),
      compared: row.compared(),
    });
  });
  return found;
}

const MAX_TEXT = 1000;

/** A value as JSON holds it; a long text is cut. */
function shownValue(value: unknown, type?: CanonicalType): unknown {
  if (value instanceof Uint8Array) return shownValue(Buffer.from(value).toString('base64'));
  // On the rows lane a decimal is a text; JSON has numbers of any length.
  if (type?.kind === 'decimal' && typeof value === 'string') return parsedJson(value);
  if (typeof value === 'string' && value.length > MAX_TEXT)
    return `${value.slice(0, MAX_TEXT)}... (${value.length} characters)`;
  return value;
}
