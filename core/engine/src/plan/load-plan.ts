import {
  fail,
  swaps,
  type Column,
  type Json,
  type Schema,
  type SchemaChange,
  type Sink,
  type Source,
  type SourceRead,
  type StagingSpec,
  type StateRecord,
  type StrategyPlan,
  type TargetInfo,
} from '@dpone/sdk';
import { datedColumns, historyChecks } from '../quality/manifest-checks.js';
import { serviceLevels } from '../quality/odcs-levels.js';
import type { PlannedQuality } from '../quality/planned-check.js';
import { planChecks } from './checks.js';
import { chooseLanes } from './choose-lanes.js';
import { readExpandContract, type ExpandContract } from '../evolution/expand-contract.js';
import { refuseDisabled } from '../evolution/note-changes.js';
import { refuseUnfilled } from '../evolution/refuse-unfilled.js';
import { waitingChanges, type WaitOf } from '../evolution/waiting-changes.js';
import { contractWarnings, eventColumns, findName, resolveColumns } from './columns.js';
import { limitWarnings, refuseChanges } from './evolution-policy.js';
import { evolve } from './evolve.js';
import { frameworkColumns } from './framework.js';
import type { LanePlan } from './lanes.js';
import type { OpenProcess } from './open-process.js';
import { refuseUnstorable } from './refuse-unstorable.js';
import { badRowsOf, openRead } from './open-read.js';
import { quarantinedColumns, withoutQuarantined } from './quarantined-columns.js';
import type { StateAccess } from './state-access.js';
import { planStrategy } from './strategy.js';
import { whereOf } from './where.js';
import { withoutColumns } from './without-columns.js';

/** Everything that a load will do, decided; nothing is written yet. */
export interface LoadPlan {
  readonly open: OpenProcess;
  readonly source: Source;
  readonly sink: Sink;
  readonly access: StateAccess;
  readonly target: TargetInfo;
  readonly stateBefore: StateRecord | null;
  readonly read: SourceRead;
  readonly strategy: StrategyPlan;
  /** False where an increment has nothing new: there is nothing to stage and nothing to change. */
  readonly hasData: boolean;
  readonly staging: StagingSpec;
  readonly changes: readonly SchemaChange[];
  /** Columns whose NOT NULL is dropped if NULLs come. */
  readonly relaxable: readonly string[];
  /** Changes that wait, and that the load goes on without. */
  readonly pending: readonly SchemaChange[];
  readonly waits: WaitOf;
  readonly quality: PlannedQuality;
  readonly lanes: LanePlan;
  readonly warnings: readonly string[];
}

const NO_LANES: LanePlan = {
  route: { from: { id: 'rows', transport: 'rows' }, into: { id: 'rows', transport: 'rows' }, codec: false },
  refused: [],
};

/** Inspects the target, opens the read and decides. The plan owns the read: close it when done. */
export async function planLoad(open: OpenProcess, source: Source, sink: Sink, access: StateAccess): Promise<LoadPlan> {
  const { host, spec } = open;
  const target = await sink.inspect();
  const targetExists = target.exists;
  const strategy = await planStrategy(host, open, { uniqueKey: spec.sink.strategy.uniqueKey, targetExists });
  const { steps, where } = strategy;
  const stateBefore = await access.get();
  const stored: Json = stateBefore?.state ?? null;
  await refuseDisabled(host, spec);
  const plan = await readExpandContract(host.workdir, spec);
  const waits = await waitingChanges({ host, spec, sink, target, plan });
  const attempt = async (of: OpenProcess, earlier: readonly SchemaChange[]): Promise<LoadPlan> => {
    const read = await openRead({ open: of, source, read: strategy.read, steps, where, stored, target: target.schema });
    let leftOut: LeftOut;
    try {
      const decided = await decide(of, {
        source,
        sink,
        access,
        target,
        stateBefore,
        read,
        waits,
        plan,
        early: strategy,
      });
      if (!('columns' in decided)) return { ...decided, pending: [...earlier, ...decided.pending] };
      leftOut = decided;
    } catch (error) {
      await read.close().catch(() => undefined);
      throw error;
    }
    // Lanes carry all columns of a read: one that has no place in the target yet must not be read at all.
    await read.close();
    // What else waits is found again; only the columns are not seen any more.
    return attempt(
      withoutColumns(of, leftOut.columns),
      leftOut.pending.filter(({ kind }) => kind === 'add_column'),
    );
  };
  return attempt(open, []);
}

/** `tables: ignore`. */
const ABSENT = 'the target does not exist and schema_evolution.tables is ignore: nothing is loaded';

/** What a read brings that the load cannot place: it is opened again without. */
interface LeftOut {
  readonly columns: readonly string[];
  readonly pending: readonly SchemaChange[];
}

type Known = Pick<LoadPlan, 'source' | 'sink' | 'access' | 'target' | 'stateBefore' | 'read'> & {
  readonly waits: WaitOf;
  readonly plan: ExpandContract | undefined;
  /** What the strategy makes of the process before the columns are known. */
  readonly early: StrategyPlan;
};

/** Whether there is nothing to read: then the columns are none, or the target's, which lacks those of an envelope. */
function readsNothing({ partitions, schema }: SourceRead, { envelope = [] }: StrategyPlan): boolean {
  const names = schema.columns.map((column) => column.name);
  return partitions.length === 0 && (names.length === 0 || envelope.some((name) => !names.includes(name)));
}

async function decide(open: OpenProcess, { plan, early, ...known }: Known): Promise<LoadPlan | LeftOut> {
  const { spec, host } = open;
  const { sink, target, read } = known;
  const badRows = badRowsOf(spec);
  const absent = !target.exists && spec.schemaEvolution.newTables === 'ignore';
  if (absent || readsNothing(read, early)) {
    const staging = { columns: [], framework: [], badRows } as const;
    const stated = historyChecks(spec, datedColumns(spec, target.schema));
    const levels = open.contract && serviceLevels(open.contract, target.schema?.columns ?? []);
    const history = absent ? [] : [...stated, ...(levels?.history ?? [])];
    const quality = { staging: [], history, settled: [] };
    const warnings = [...spec.warnings, ...(absent ? [ABSENT] : [])];
    const nothing = { changes: [], relaxable: [], pending: [], quality, warnings };
    return { ...known, open, strategy: early, hasData: false, staging, lanes: NO_LANES, ...nothing };
  }
  const columns = resolveColumns(read.schema.columns, spec);
  const named = columns.map((column) => {
    const existing = target.schema?.columns.find((c) => c.name.toLowerCase() === column.name.toLowerCase());
    return existing === undefined ? column : { ...column, name: existing.name };
  });
  const names = named.map((c) => c.name);
  const uniqueKey = spec.sink.strategy.uniqueKey.map((name) => findName(name, names, spec, 'sink.strategy.unique_key'));
  const given = { uniqueKey, targetExists: target.exists };
  const aside = quarantinedColumns(spec, target.schema, named);
  const reaching = (of: readonly Column[]): Schema => ({ columns: of.filter(({ name }) => !aside.includes(name)) });
  const first = await planStrategy(host, open, { ...given, schema: reaching(named) });
  const envelope = [...(first.envelope ?? []), ...aside];
  for (const name of eventColumns(first.steps)) findName(name, names, spec, 'sink.strategy.cdc');
  const framework = frameworkColumns({
    lineage: spec.lineage,
    target: target.schema,
    data: names.filter((name) => !envelope.includes(name)),
    key: uniqueKey,
    needs: first.framework ?? [],
    fills: open.sink.capabilities.framework,
  });
  const evolution = evolve({
    source: columns,
    envelope,
    excluded: spec.source.excludeColumns,
    target: target.schema,
    framework,
    required: Object.entries(spec.schemaContract.columns).flatMap(([name, rule]) => (rule.nullable ? [] : [name])),
    policy: spec.schemaEvolution,
    ddl: open.sink.capabilities.ddl,
    plan,
    waits: (change) => known.waits(change) !== undefined,
    setsAside: badRows === 'reject',
    swaps: aside.length === 0 && swaps(first.steps),
    physicalType: (column) => {
      const physical = sink.physicalType(column);
      return 'type' in physical ? physical.type : undefined;
    },
  });
  if (evolution.leftOut.length > 0) return { columns: evolution.leftOut, pending: evolution.pending };
  refuseChanges(spec, evolution.changes);
  await refuseUnfilled({ host, spec, sink, plan, changes: evolution.changes, steps: first.steps });
  const moved = uniqueKey.find((name) => !evolution.columns.some((c) => c.name === name));
  if (moved !== undefined)
    throw fail(
      'DPONE_SCHEMA_BREAKING',
      `the type of the key column ${moved} changed; rows cannot be matched by a new column`,
      {
        where: whereOf(spec, 'sink.strategy.unique_key'),
        remedy: 'Change the type at the source or in the target.',
      },
    );
  refuseUnstorable(open, sink, evolution.columns, framework);
  // Once more: a column that goes to one of another name is compared under that name.
  const strategy = await planStrategy(host, open, { ...given, schema: reaching(evolution.columns) });
  const { replaceAllBy: can } = open.sink.capabilities;
  const settled = withoutQuarantined(strategy, aside, { spec, can });
  const laneInput = {
    offers: read.lanes,
    accepts: sink.accepts([...evolution.columns, ...framework]),
    source: read.schema.columns,
    staged: evolution.columns,
    allowed: spec.engine.lanes,
    setsAside: badRows === 'reject',
  };
  const quality = await planChecks({
    spec,
    contract: open.contract,
    strategy: settled.checks,
    columns: evolution.columns,
    aside,
    notNull: evolution.notNull,
    relaxable: evolution.relaxable,
    can: open.sink.capabilities.checks,
  });
  return {
    ...known,
    open,
    strategy: settled,
    hasData: true,
    staging: {
      columns: evolution.columns,
      framework: [...framework, ...evolution.kept],
      badRows,
      mayBecomeTarget: swaps(settled.steps),
    },
    changes: evolution.changes,
    relaxable: evolution.relaxable,
    pending: evolution.pending,
    quality,
    lanes: await chooseLanes(open, laneInput),
    warnings: [
      ...spec.warnings,
      ...(spec.schemaContract.enforcement === 'warn' ? contractWarnings(columns, spec) : []),
      ...evolution.ignored,
      ...limitWarnings(open, evolution.changes),
    ],
  };
}
