import { byName } from '@dpone/sdk';

/** Keeps the first few items by their order, whatever number is offered. */
export class Smallest<T> {
  readonly #most: number;
  readonly #items: { readonly order: string; readonly item: T }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  offer(order: string, item: T): void {
    const items = this.#items;
    if (this.#most === 0 || (items.length === this.#most && byName(items.at(-1)!.order, order) <= 0)) return;
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (byName(items[middle]!.order, order) <= 0) low = middle + 1;
      else high = middle;
    }
    items.splice(low, 0, { order, item });
    if (items.length > this.#most) items.pop();
  }

  list(): T[] {
    return this.#items.map(({ item }) => item);
  }
}
