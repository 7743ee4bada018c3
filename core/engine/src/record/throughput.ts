import type { ThroughputSample } from './run-record.js';

const MOST = 120;

/** Samples over the time of a load: at most 120 and the last, evenly spread however long it takes. */
export class Throughput {
  #samples: ThroughputSample[] = [];
  #everySeconds = 0.1;
  #last: ThroughputSample | undefined;

  add(sample: ThroughputSample): void {
    this.#last = sample;
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.seconds - last.seconds < this.#everySeconds) return;
    this.#samples.push(sample);
    if (this.#samples.length < MOST) return;
    // Half as many, twice as far apart.
    this.#samples = this.#samples.filter((_, i) => i % 2 === 1);
    this.#everySeconds *= 2;
  }

  samples(): readonly ThroughputSample[] {
    const last = this.#last;
    return last === undefined || last === this.#samples.at(-1) ? this.#samples : [...this.#samples, last];
  }
}
