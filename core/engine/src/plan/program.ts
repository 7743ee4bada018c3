import { typeName, type Json, type LoadProgram, type LoadRef, type SchemaChange } from '@dpone/sdk';
import { describeChange } from './difference.js';
import { limitsOf } from './evolution-policy.js';
import { routeName } from './lanes.js';
import type { LoadPlan } from './load-plan.js';

export interface ProgramFacts {
  readonly rowsStaged: number;
  readonly rowsRejected: number;
  /** The state to leave; undefined where the load leaves the state as it is. */
  readonly stateAfter: Json | undefined;
  /** Changes that only the staged data showed to be needed. */
  readonly changes: readonly SchemaChange[];
  /** What was read. Default: what the plan has open. */
  readonly identity?: Json;
  /** The newest values that freshness rules know of, by column. */
  readonly newest?: Readonly<Record<string, string | null>>;
}

/** The program of a load, for `plan` to show and for finalize to carry out. */
export function loadProgram(plan: LoadPlan, load: LoadRef, facts: ProgramFacts): LoadProgram {
  const { spec } = plan.open;
  const envelope = plan.strategy.envelope ?? [];
  const data = plan.staging.columns.filter((c) => !envelope.includes(c.name));
  const columns = [...data, ...plan.staging.framework];
  const before = plan.stateBefore?.state ?? null;
  const { key, inTarget } = plan.access;
  const limits = limitsOf(plan.open);
  return {
    load,
    columns: columns.map(({ name, type, nullable, native }) => ({
      name,
      type,
      nullable,
      ...(native === undefined ? {} : { native }),
    })),
    changes: [...plan.changes, ...facts.changes],
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    steps: plan.strategy.steps,
    receipt: {
      loadId: load.loadId,
      runId: load.runId,
      process: load.process,
      target: targetName(load.target),
      strategy: spec.sink.strategy.mode,
      fence: load.fence,
      rowsStaged: facts.rowsStaged,
      rowsRejected: facts.rowsRejected,
      startedAt: load.startedAt,
      detail: {
        source: facts.identity ?? plan.read.identity,
        schema: columns.map((c) => ({ name: c.name, type: typeName(c.type) })),
        lane: routeName(plan.lanes.route),
        ...changesDetail([...plan.changes, ...facts.changes]),
        ...(plan.open.chunk === undefined ? {} : { chunk: { ...plan.open.chunk } }),
        ...(Object.keys(facts.newest ?? {}).length === 0 ? {} : { newest: { ...facts.newest } }),
        state: {
          key,
          before,
          before_load_id: plan.stateBefore?.loadId ?? null,
          after: facts.stateAfter ?? before,
          changed: facts.stateAfter !== undefined,
        },
      },
    },
    state: facts.stateAfter === undefined || !inTarget ? null : { key, state: facts.stateAfter },
  };
}

/** What the load changes of the schema, so that whoever finishes it after a crash can write it down. */
const changesDetail = (changes: readonly SchemaChange[]): { schema_changes?: string[] } =>
  changes.length === 0 ? {} : { schema_changes: changes.map(describeChange) };

/** `main.orders`, `orders`. */
export const targetName = (table: LoadRef['target']): string =>
  table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
