import type { Statement } from './program-context.js';

/** Sums up what statements changed. */
export class Tallies {
  inserted = 0;
  updated = 0;
  deleted = 0;
  #removed = 0;

  /** @param asked What the query of a statement says that has one. */
  add({ tally }: Statement, changed: number, asked: number): void {
    if (typeof tally === 'object' && 'marked' in tally) this.deleted += asked;
    else if (typeof tally === 'object') {
      if ('gone' in tally) this.deleted += asked;
      this.#removed = changed - asked;
    } else if (tally === 'inserted') this.inserted += changed;
    else if (tally === 'deleted') this.deleted += changed;
    else if (tally === 'removed_half') this.#removed = changed;
    else if (tally === 'added_half') {
      // A key may come to fewer rows than it had: of a history that a late row makes shorter.
      this.updated += Math.min(this.#removed, changed);
      this.inserted += Math.max(0, changed - this.#removed);
      this.deleted += Math.max(0, this.#removed - changed);
      this.#removed = 0;
    }
  }
}
