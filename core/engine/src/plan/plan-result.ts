import { swaps, typeName, type LoadRef } from '@dpone/sdk';
import type { SideSpec } from '../manifest/process-spec.js';
import { listChecks } from '../quality/planned-check.js';
import { lineageOf } from '../record/lineage.js';
import type { PlanResult } from '../results.js';
import { describeChange } from './difference.js';
import { routeName } from './lanes.js';
import type { LoadPlan } from './load-plan.js';
import { loadProgram, targetName } from './program.js';

const side = (spec: SideSpec): Record<string, unknown> => ({
  type: spec.type,
  connection_id: spec.connection?.kind === 'secret' && /^[\w.-]+$/.test(spec.connection.id) ? spec.connection.id : null,
  table: spec.table === undefined ? null : { schema: spec.table.schema ?? null, name: spec.table.name },
});

/** What `dpone plan` shows: the reference's keys, and ours. Every statement is the sink's own. */
export function planResult(plan: LoadPlan, load: LoadRef): PlanResult {
  const { spec } = plan.open;
  const { route, refused } = plan.lanes;
  const program = loadProgram(plan, load, { rowsStaged: 0, rowsRejected: 0, stateAfter: undefined, changes: [] });
  const statements = plan.hasData ? plan.sink.explain(program) : [];
  const changes = plan.changes.map(describeChange);
  const columns = plan.staging.columns.map((c) => ({ name: c.name, type: typeName(c.type), nullable: c.nullable }));
  const physical = [...plan.staging.columns, ...plan.staging.framework].map((column) => {
    const type = plan.sink.physicalType(column);
    return { name: column.name, type: 'type' in type ? type.type : null };
  });
  const relaxed = plan.relaxable.map((name) => `allow NULL in column ${name}, if NULLs come`);
  const evolution = spec.schemaEvolution;
  return {
    process: spec.name,
    selector: spec.selector,
    source: side(spec.source),
    sink: side(spec.sink),
    strategy: {
      mode: spec.sink.strategy.mode,
      unique_key: spec.sink.strategy.uniqueKey,
      reasons: plan.strategy.reasons,
      chosen: spec.sink.strategy.reason ?? null,
    },
    bulk_path: routeName(route),
    lane: { ...route.from, codec: route.codec ? route.into.id : null, refused },
    staging: {
      staging_first: true,
      schema: spec.sink.stagingSchema ?? spec.sink.table.schema ?? null,
      table: `__dpone__stg_${load.loadId}`,
      shadow_or_swap: swaps(plan.strategy.steps),
    },
    schema_changes: [...changes, ...relaxed, ...plan.pending.map((change) => `waits: ${describeChange(change)}`)],
    schema_evolution: {
      enabled: evolution.enabled,
      mode: evolution.mode,
      apply_safe: evolution.applySafe,
      ddl_preview: changes,
      on_type_change: evolution.onTypeChange,
      ddl_mode: evolution.ddlMode,
      pending: plan.pending.map(describeChange),
    },
    type_inference: {
      options: {},
      columns: plan.read.schema.columns
        .filter((c) => c.inferred === true)
        .map((c) => ({ name: c.name, type: typeName(c.type) })),
      profiles: [],
      schema_contract: { enforcement: spec.schemaContract.enforcement, columns: spec.schemaContract.columns },
      warnings: [],
    },
    physical_design: {
      sink_type: spec.sink.type,
      table: targetName(spec.sink.table),
      options: {},
      columns: physical,
      ddl: changes,
      risks: [],
      contract: columns,
    },
    reconciliation: { enabled: false, mode: null },
    state: {
      backend: plan.access.backend,
      connection_id: null,
      key: plan.access.key,
      current: plan.stateBefore?.state ?? null,
    },
    partitioning: {
      enabled: plan.read.partitions.length > 1,
      strategy: null,
      partition_column: null,
      bounds: null,
      lower_bound: null,
      upper_bound: null,
      num_partitions: plan.read.partitions.length,
      max_partitions: plan.read.partitions.length,
      target_rows_per_partition: null,
      export_workers: 1,
      load_workers: 1,
      warnings: [],
    },
    quality: { checks: listChecks(plan.quality) },
    columns,
    target: { exists: plan.target.exists, rows: plan.target.rows ?? null },
    estimated_rows: plan.read.estimate.rows ?? null,
    estimated_bytes: plan.read.estimate.bytes ?? null,
    statements,
    lineage: plan.hasData ? lineageOf(plan) : null,
    dry_run: true,
    warnings: [...plan.warnings, ...(plan.hasData ? [] : ['there is nothing new to load'])],
  };
}
