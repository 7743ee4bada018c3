/** One order of the small shop that the crash suite loads; `amount` is decimal text. */
export interface Order {
  readonly id: number;
  readonly customer: string;
  readonly amount: string;
  readonly at: string;
}

const DAY_1 = 300;
const CHANGED = 60;
const NEW = 40;

const order = (id: number, day: number): Order => ({
  id,
  customer: id % 7 === 0 ? `O'Brien, "${id}"` : `customer ${id % 50}`,
  amount: `${(id * 37 + day * 11) % 1000}.${String((id * 13 + day) % 100).padStart(2, '0')}`,
  at: `2026-01-0${day} ${String(id % 24).padStart(2, '0')}:00:00`,
});

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

export const day1: readonly Order[] = range(1, DAY_1).map((id) => order(id, 1));
/** Changed and new orders: what a daily export holds. */
export const day2: readonly Order[] = range(DAY_1 - CHANGED + 1, CHANGED + NEW).map((id) => order(id, 2));
/** Orders of day 2 whose id is past all of day 1. */
export const day2New: readonly Order[] = day2.filter((o) => o.id > DAY_1);

/** Rows that no reader can read as an order: they must end in quarantine, each with its reason. */
export const BAD_LINES = [
  '9001,customer 1,not-a-number,2026-01-02 00:00:00',
  '9002,customer 2,5.00,yesterday',
] as const;

const field = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function csv(orders: readonly Order[], badLines: readonly string[] = []): string {
  const lines = orders.map((o) => [String(o.id), o.customer, o.amount, o.at].map(field).join(','));
  const middle = Math.floor(lines.length / 2);
  return ['id,customer,amount,at', ...lines.slice(0, middle), ...badLines, ...lines.slice(middle), ''].join('\n');
}

/** What a merge by id must leave: computed here, by nothing that dpone uses. */
export function mergedById(before: readonly Order[], after: readonly Order[]): Order[] {
  const byId = new Map(before.map((o) => [o.id, o]));
  for (const o of after) byId.set(o.id, o);
  return [...byId.values()];
}

/** A multiset of orders as sorted lines, so that a lost row and a doubled one both show. */
export const fingerprint = (orders: readonly Order[]): string[] =>
  orders.map((o) => `${o.id}|${o.customer}|${Number(o.amount).toFixed(2)}|${o.at}`).sort();
