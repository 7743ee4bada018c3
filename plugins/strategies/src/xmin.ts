import { mergeMode } from './incremental-merge.js';

const MODE = 'xmin';

/** `incremental_merge` by the row versions of Postgres: no column has to say what is new. */
export const xmin = mergeMode({
  mode: MODE,
  summary: 'Merges the rows that Postgres wrote since the last load, by their row versions',
  example: { mode: MODE, unique_key: 'id' },
  readsBy: 'xmin',
});
