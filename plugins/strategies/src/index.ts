import { definePlugin } from '@dpone/sdk';
import { fullRefresh } from './full-refresh.js';
import { incrementalAppend } from './incremental-append.js';
import { incrementalMerge } from './incremental-merge.js';

export default definePlugin({
  register(host) {
    host.strategy('full_refresh', fullRefresh);
    host.strategy('incremental_append', incrementalAppend);
    host.strategy('incremental_merge', incrementalMerge);
  },
});

export { fullRefresh, incrementalAppend, incrementalMerge };
