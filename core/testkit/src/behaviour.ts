/** Something that a system must show, by name. Those that apply to a system are chosen by what it declares. */
export interface Behaviour<S> {
  /** `source.reads-all-once`: what a waiver names. */
  readonly id: string;
  /** One sentence about the system: "every offered lane gives the same rows". */
  readonly title: string;
  /** Whether the system declares what this is about; always where absent. */
  readonly applies?: (scenario: S) => boolean;
  /** Throws, with what was seen and what was expected, where the system does not show it. */
  readonly run: (scenario: S) => Promise<void>;
}

/** A case for any test runner: `it(name, run)`. */
export interface ConformanceCase {
  readonly behaviour: string;
  readonly name: string;
  readonly run: () => Promise<void>;
}
