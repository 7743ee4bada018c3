import type { Statement } from './finalize-sql.js';

/** Sums up what statements changed. */
export class Tallies {
  inserted = 0;
  updated = 0;
  deleted = 0;
  #removed = 0;

  add({ tally }: Statement, changed: number, marked: number): void {
    if (typeof tally === 'object') this.deleted += marked;
    else if (tally === 'inserted') this.inserted += changed;
    else if (tally === 'deleted') this.deleted += changed;
    else if (tally === 'removed_half') this.#removed = changed;
    else if (tally === 'added_half') {
      this.updated += this.#removed;
      this.inserted += changed - this.#removed;
      this.#removed = 0;
    }
  }
}
