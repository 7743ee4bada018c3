import type { Comparison } from './compare.js';
import { RANGES } from './row-digest.js';

/** How a comparison was made, for its report. */
export const methodOf = ({ ranges, rowsRead }: Comparison) =>
  ranges === undefined
    ? { compared_by: 'rows', rows_read: rowsRead }
    : {
        compared_by: 'checksums',
        key_ranges: RANGES,
        differing_key_ranges: ranges.differing.size,
        rows_read: rowsRead,
      };
