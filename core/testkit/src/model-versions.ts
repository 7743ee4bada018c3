import type { AddVersionsStep, Column } from '@dpone/sdk';
import { comparable } from './compare.js';
import type { Row } from './fixtures/fixture.js';
import type { ModelResult } from './model.js';

/** What a key was at a time; null where it had ended. */
type Entry = { readonly at: string; readonly row: Row | null };

/**
 * `add_versions` said once more: each key's history is rebuilt from what held when. Times are compared as text, so that
 * all of them need one form (UTC, microseconds).
 */
export function addVersions(
  step: AddVersionsStep,
  before: readonly Row[],
  staged: readonly Row[],
  columns: readonly Column[],
  loadedAt: string,
): ModelResult {
  const valuesOf = (names: readonly string[]) => (row: Row) =>
    JSON.stringify(names.map((name) => comparable(row[name], columns.find((c) => c.name === name)!.type)));
  const key = valuesOf(step.key);
  const same = valuesOf(step.compare);
  const timeOf = (row: Row, name: string): string | null => (row[name] ?? null) as string | null;
  const keys = new Set([...before, ...staged].map(key));
  const rows = [...keys].flatMap((one) => {
    const versions = before.filter((row) => key(row) === one);
    const fresh = staged.filter((row) => key(row) === one);
    const entries = new Map<string, Row | null>();
    for (const row of versions) {
      const to = timeOf(row, step.to);
      if (to !== null && !versions.some((v) => timeOf(v, step.from) === to)) entries.set(to, null);
    }
    for (const row of versions) entries.set(timeOf(row, step.from)!, row);
    const last = [...entries.keys()].toSorted().at(-1);
    const now = last !== undefined && last >= loadedAt ? next(last) : loadedAt;
    const current = last === undefined ? null : entries.get(last)!;
    for (const row of fresh) {
      if (step.effective !== null) {
        const at = timeOf(row, step.effective)!;
        const version = entries.get(at) ?? null;
        if (version === null || same(version) !== same(row)) entries.set(at, row);
      } else if (current === null || same(current) !== same(row)) entries.set(now, row);
    }
    if (fresh.length === 0 && step.absent === 'end' && current !== null) entries.set(now, null);
    return history(entries, same, step);
  });
  return { rows, inserted: 0, updated: 0, deleted: 0 };
}

function history(
  entries: ReadonlyMap<string, Row | null>,
  same: (row: Row) => string,
  { from, to, current }: AddVersionsStep,
): Row[] {
  const ordered: Entry[] = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([at, row]) => ({ at, row }));
  const turns = ordered.filter(({ row }, i) => {
    const last = ordered[i - 1]?.row ?? null;
    return row === null ? last !== null : last === null || same(last) !== same(row);
  });
  return turns.flatMap(({ at, row }, i) => {
    const end = turns[i + 1]?.at ?? null;
    return row === null ? [] : [{ ...row, [from]: at, [to]: end, [current]: end === null }];
  });
}

/** A microsecond later. */
function next(time: string): string {
  const [, head, micros] = /^(.*\.)(\d{6})Z$/.exec(time)!;
  const later = Number(micros) + 1;
  if (later < 1_000_000) return `${head}${String(later).padStart(6, '0')}Z`;
  return new Date(Date.parse(`${head}000Z`) + 1000).toISOString().replace('Z', '000Z');
}
