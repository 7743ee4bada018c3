/** What a gate's decision hands on to its files and does not say: copies, signatures, the reports that it was made of. */
export interface Aside<T> {
  /** Gives the report back. */
  keep<R extends object>(report: R, value: T): R;
  of(report: object): T;
}

/**
 * Keeps values beside reports, for as long as those live.
 * @example const copies = aside<OutputFile[]>(); // evaluate: return copies.keep(report, files); files: copies.of
 */
export function aside<T>(): Aside<T> {
  const kept = new WeakMap<object, T>();
  return {
    keep: (report, value) => {
      kept.set(report, value);
      return report;
    },
    of: (report) => kept.get(report)!,
  };
}
