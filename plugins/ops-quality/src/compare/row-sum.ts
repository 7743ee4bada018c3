import { hash } from 'node:crypto';
import { halvesOf } from './row-digest.js';

/** How many rows there are, and the sums of their digests: the same rows give the same sum in whatever order they come. */
export class RowSum {
  rows = 0;
  #first = 0n;
  #second = 0n;

  add(digest: string): void {
    const [first, second] = halvesOf(digest);
    this.addSums(1, first, second);
  }

  addSums(rows: number, first: bigint, second: bigint): void {
    this.rows += rows;
    this.#first += first;
    this.#second += second;
  }

  equals(other: RowSum): boolean {
    return this.rows === other.rows && this.#first === other.#first && this.#second === other.#second;
  }

  /** The checksum of a report. */
  text(): string {
    return hash('sha256', `${this.rows}:${this.#first}:${this.#second}`, 'hex');
  }
}
