import type { ApplyEventsStep, Column } from '@dpone/sdk';
import { comparable } from './compare.js';
import type { Row } from './fixtures/fixture.js';
import type { ModelResult } from './model.js';

/** `apply_events` said once more: one event after the other. */
export function applyEvents(
  step: ApplyEventsStep,
  before: readonly Row[],
  staged: readonly Row[],
  columns: readonly Column[],
  loadedAt: string,
): ModelResult {
  const { envelope } = step;
  const keyText = (row: Row): string =>
    JSON.stringify(step.key.map((name) => comparable(row[name], columns.find((c) => c.name === name)!.type)));
  const target = new Map(before.map((row) => [keyText(row), row]));
  const orderOf = (row: Row): bigint => BigInt(row[envelope.order] as bigint);
  const reaches = (key: string, order: bigint): boolean => {
    const seq = target.get(key)?.[step.seq] ?? null;
    return seq === null || BigInt(seq as bigint) < order;
  };
  const remove = (key: string, order: bigint): void => {
    const row = target.get(key);
    if (row === undefined || !reaches(key, order) || step.deletes === 'ignore') return;
    if (step.deletes === 'apply') target.delete(key);
    else target.set(key, { ...row, [step.seq]: order, __dpone__deleted_at: loadedAt });
  };
  /** Keys whose row an event of this load wrote. */
  const wrote = new Set<string>();
  for (const event of staged.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) {
    const order = orderOf(event);
    const kind = (event[envelope.operation] as string).toLowerCase();
    if (envelope.truncates.includes(kind)) {
      for (const key of target.keys()) remove(key, order);
      continue;
    }
    const key = keyText(event);
    if (envelope.deletes.includes(kind)) {
      remove(key, order);
      continue;
    }
    const oldKey = envelope.oldKey === undefined ? null : (event[envelope.oldKey] as string | null);
    const old = oldKey === null ? key : keyText({ ...event, ...(JSON.parse(oldKey) as Row) });
    const known = target.get(old);
    if (old !== key) remove(old, order);
    if (!reaches(key, order)) continue;
    target.set(key, wholeRow(step, event, known));
    wrote.add(key);
  }
  const earlier = new Map(before.map((row) => [keyText(row), row]));
  const marked = (row: Row | undefined): boolean => (row?.['__dpone__deleted_at'] ?? null) !== null;
  const keys = [...new Set([...earlier.keys(), ...target.keys()])];
  const count = (fits: (key: string) => boolean): number => keys.filter(fits).length;
  const isMarked = (key: string): boolean => marked(target.get(key)) && (wrote.has(key) || !marked(earlier.get(key)));
  return {
    rows: [...target.values()],
    inserted: count((key) => !earlier.has(key)),
    updated: count((key) => earlier.has(key) && target.has(key) && wrote.has(key)),
    deleted: count((key) => !target.has(key) || isMarked(key)),
  };
}

/** The event's row, with what it leaves as it is taken from the row before. */
function wholeRow({ envelope, seq }: ApplyEventsStep, event: Row, known: Row | undefined): Row {
  const listed = envelope.unchanged === undefined ? null : (event[envelope.unchanged] as string | null);
  const kept = listed === null ? [] : (JSON.parse(listed) as string[]);
  const data = Object.entries(event).filter(([name]) => !envelope.columns.includes(name));
  const unchanged = kept.map((name): [string, unknown] => [name, known?.[name] ?? null]);
  return Object.fromEntries([...data, ...unchanged, [seq, event[envelope.order]]]);
}
