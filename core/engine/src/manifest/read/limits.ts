/** Far past any manifest that a person or a generator writes; what is larger is a mistake or an attack. */
export const LIMITS = {
  /** Bytes of one file. */
  bytes: 4 * 1024 * 1024,
  /** Values of one file, counted after aliases are followed. */
  values: 100_000,
  /** Levels of nesting. */
  depth: 64,
  /** Characters of one rendered template. */
  rendered: 1024 * 1024,
} as const;
