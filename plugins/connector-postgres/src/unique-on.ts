import type { TableFacts } from './target.js';

/** Whether the table has a unique index on exactly these columns that ON CONFLICT can infer: whole, immediate, no expression. */
export const uniqueOn = (facts: TableFacts, key: readonly string[]): boolean =>
  facts.indexes.some(
    (index) =>
      index.infersConflict && index.keyColumns.length === key.length && key.every((k) => index.keyColumns.includes(k)),
  );
