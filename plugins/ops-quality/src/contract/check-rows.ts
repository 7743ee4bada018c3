import type { CanonicalType } from '@dpone/sdk';
import { cellText, pairColumns } from '../compare/cells.js';
import { PARTS, RecordStore } from '../compare/record-store.js';
import { digestOf, framed } from '../compare/row-digest.js';
import type { Side } from '../compare/side.js';
import type { Rule, Tally } from './rule.js';

/** Holds every row of a side against every rule, in one reading and in flat memory. */
export async function checkRows(side: Side, rules: readonly Rule[]): Promise<Tally[]> {
  const names = [...new Set(rules.flatMap(({ columns }) => columns))];
  const places = rules.map(({ columns }) => columns.map((name) => names.indexOf(name)));
  const bad = rules.map(() => 0);
  const seen = rules.map((rule, i) => (rule.repeated === undefined ? undefined : new Repeats(side, rule, `rule ${i}`)));
  let rows = 0;
  try {
    // Where no rule looks at a column, rows are only counted; a side cannot be read without any.
    const read = names.length === 0 ? [...side.columns.keys()].slice(0, 1) : names;
    await side.read(read, async (batch) => {
      for (let r = 0; r < batch.rows; r++) {
        for (const [i, rule] of rules.entries()) {
          if (rule.bad === undefined && seen[i] === undefined) continue;
          const values = places[i]!.map((c) => batch.columns[c]![r]);
          if (rule.bad?.(values) === true) bad[i]! += 1;
          const waits = seen[i]?.add(values);
          if (waits !== undefined) await waits;
        }
        rows += 1;
      }
    });
    for (const [i, repeats] of seen.entries()) if (repeats !== undefined) bad[i] = await repeats.count();
  } finally {
    for (const repeats of seen) await repeats?.close();
  }
  return bad.map((count) => ({ rows, bad: count }));
}

/** Finds values that come again, however many there are. */
class Repeats {
  readonly #store: RecordStore;
  readonly #cells: readonly ((value: unknown) => string | null)[];
  readonly #nullsCount: boolean;
  #ordinal = 0;

  constructor(side: Side, { columns, repeated }: Rule, name: string) {
    this.#store = new RecordStore(side.tempDir === undefined ? undefined : () => side.tempDir!(), name);
    this.#nullsCount = repeated === 'nulls_count';
    this.#cells = columns.map((column) => {
      const type: CanonicalType | undefined = side.columns.get(column);
      return cellText(pairColumns(column, type, type, !side.typed), type);
    });
  }

  add(values: readonly unknown[]): Promise<void> | undefined {
    const at = this.#ordinal++;
    const texts = values.map((value, c) => this.#cells[c]!(value));
    if (!this.#nullsCount && texts.includes(null)) return undefined;
    // Not a number is equal to nothing.
    const key = texts.includes('nNaN') ? `NaN ${at}` : texts.map(framed).join('');
    return this.#store.add({ key, digest: ZERO, ordinal: at, deleted: false });
  }

  async count(): Promise<number> {
    await this.#store.finish();
    let repeated = 0;
    for (let part = 0; part < PARTS; part++) {
      const keys = new Set<string>();
      for await (const { key } of this.#store.part(part)) {
        if (keys.has(key)) repeated += 1;
        keys.add(key);
      }
    }
    return repeated;
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

const ZERO = digestOf('');
