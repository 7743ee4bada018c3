import { definePlugin } from '@dpone/sdk';
import { catalogPublish } from './gates/catalog-publish.js';
import { dbtLineage } from './gates/dbt-lineage.js';
import { lineageExport } from './gates/lineage-export.js';
import { metricsExport } from './gates/metrics-export.js';
import { observabilityPack } from './gates/observability-pack.js';

export default definePlugin({
  register(host) {
    host.gate('catalog-publish', catalogPublish);
    host.gate('dbt-lineage', dbtLineage);
    host.gate('lineage-export', lineageExport);
    host.gate('metrics-export', metricsExport);
    host.gate('observability-pack', observabilityPack);
  },
});

export { catalogPublish, dbtLineage, lineageExport, metricsExport, observabilityPack };
