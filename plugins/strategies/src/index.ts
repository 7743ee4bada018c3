import { definePlugin } from '@dpone/sdk';
import { backfill } from './backfill.js';
import { cdcApply } from './cdc-apply.js';
import { fullRefresh } from './full-refresh.js';
import { incrementalAppend } from './incremental-append.js';
import { incrementalMerge } from './incremental-merge.js';
import { partitionReplace } from './partition-replace.js';
import { replace } from './replace.js';
import { scd2 } from './scd2.js';
import { snapshotDiff } from './snapshot-diff.js';
import { xmin } from './xmin.js';

export default definePlugin({
  register(host) {
    host.strategy('full_refresh', fullRefresh);
    host.strategy('incremental_append', incrementalAppend);
    host.strategy('incremental_merge', incrementalMerge);
    host.strategy('replace', replace);
    host.strategy('partition_replace', partitionReplace);
    host.strategy('snapshot_diff', snapshotDiff);
    host.strategy('scd2', scd2);
    host.strategy('cdc_apply', cdcApply);
    host.strategy('xmin', xmin);
    host.strategy('backfill', backfill);
  },
});

export {
  backfill,
  cdcApply,
  fullRefresh,
  incrementalAppend,
  incrementalMerge,
  partitionReplace,
  replace,
  scd2,
  snapshotDiff,
  xmin,
};
