import { atomicWrite, type Column, type Plugin } from '@dpone/sdk';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tempProject, type TempProject } from '../../support/temp-project.js';
import { COLUMNS, KEY, story, storyOfSize, VERSION, type Amounts } from '../fixture.js';
import { allTypesTable, planPair } from '../plan-pair.js';
import type { Registry } from '../registry.js';
import { bothReach, runPair, type LiveEnds, type PairRun } from '../run-pair.js';
import type { OpenSystem, System } from '../system.js';
import { behaviourOf, factsOf, notLoaded, type Behaviour, type RunFacts } from './behaviour.js';
import type { MatrixCase } from './cases.js';
import type { MatrixSettings } from './settings.js';

/** What a run of the matrix needs besides its settings. */
export interface MatrixRun {
  readonly settings: MatrixSettings;
  readonly registry: Registry;
  readonly cases: readonly MatrixCase[];
  readonly systemOf: (id: string) => System;
  /** Why a system is not there; undefined where it is. */
  readonly missing: ReadonlyMap<string, string>;
  readonly told: (behaviour: Behaviour) => void;
}

/** Loads the cases pair by pair, and writes the behaviour file of each as soon as it is known. */
export async function runCases({ settings, registry, cases, systemOf, missing, told }: MatrixRun): Promise<void> {
  const facts = factsOf(settings.runId, settings.mode, settings.workload);
  mkdirSync(settings.folder, { recursive: true });
  const write = async (behaviour: Behaviour): Promise<void> => {
    const path = join(settings.folder, `${behaviour.case_id}__behavior.json`);
    await atomicWrite(path, `${JSON.stringify(behaviour, null, 2)}\n`);
    told(behaviour);
  };
  for (const one of cases) rmSync(join(settings.folder, `${one.case_id}__behavior.json`), { force: true });
  const project = tempProject();
  const opened = new Map<string, OpenSystem>();
  try {
    for (const pair of new Set(cases.map(({ pair_id }) => pair_id))) {
      const ofPair = cases.filter(({ pair_id }) => pair_id === pair);
      const [source, sink] = [systemOf(ofPair[0]!.source), systemOf(ofPair[0]!.sink)];
      const absent = [...new Set([source.id, sink.id])].flatMap((id) => missing.get(id) ?? []);
      if (absent.length > 0) {
        for (const one of ofPair) await write(notLoaded(one, facts, 'matrix_service.missing', absent.join('; ')));
        continue;
      }
      const behaviours = await loadPair({ project, registry, opened, facts }, source, sink, ofPair)
        .then((loaded) => ofPair.map((one) => behaviourOf(one, facts, loaded, source)))
        .catch((error: unknown) => {
          const why = `${pair}: ${(error as Error).message}`;
          return ofPair.map((one) => notLoaded(one, facts, 'matrix_case.not_loaded', why));
        });
      for (const behaviour of behaviours) await write(behaviour);
    }
  } finally {
    for (const open of opened.values()) await open.close();
    project.remove();
  }
}

interface Place {
  readonly project: TempProject;
  readonly registry: Registry;
  readonly opened: Map<string, OpenSystem>;
  readonly facts: RunFacts;
}

async function loadPair(place: Place, source: System, sink: System, cases: readonly MatrixCase[]): Promise<PairRun> {
  const ends: LiveEnds = {
    project: place.project,
    plugins: place.registry.plugins,
    source,
    sink,
    from: await openOnce(place, source),
    into: await openOnce(place, sink),
    shared: [],
  };
  const columns = await columnsBetween(ends);
  const told = storyOfSize(columns, bothReach(ends), amountsOf(place.facts));
  return runPair(
    ends,
    columns,
    cases.map(({ strategy }) => strategy),
    told,
  );
}

async function openOnce({ project, opened }: Place, system: System): Promise<OpenSystem> {
  const known = opened.get(system.id);
  if (known !== undefined) return known;
  const open = await system.open(project);
  opened.set(system.id, open);
  if (system.standIn === undefined)
    await open.seed(
      allTypesTable(system),
      story(COLUMNS, (column, value) => system.reaches?.(column, value) ?? true).first,
    );
  return open;
}

/** Every type that passes on the cheapest lane between the two, as the square loads it. */
async function columnsBetween(ends: LiveEnds): Promise<readonly Column[]> {
  const { source, sink } = ends;
  const plugins: Plugin[] = [...ends.plugins];
  const planned = (system: System, open: OpenSystem): Pick<OpenSystem, 'source' | 'sink'> => {
    const declared = system.standIn === undefined ? undefined : system.declared?.();
    if (declared !== undefined) plugins.push(declared.plugin);
    return declared ?? open;
  };
  const from = planned(source, ends.from);
  const into = source === sink ? from : planned(sink, ends.into);
  const plan = await planPair({ ...ends, plugins, from, into }, []);
  const carried = Object.keys(plan.columns).filter((name) => !plan.cheapest_without.includes(name));
  return [
    KEY,
    VERSION,
    ...COLUMNS.filter(
      (column) => carried.includes(column.name) && ![source, sink].some(({ standIn }) => standIn?.lacks(column)),
    ),
  ];
}

/** At least one row of each kind: a case without a deleted row proves nothing of deletes. */
function amountsOf({ configured_row_count: rows, change_ratio: change, delete_ratio: remove }: RunFacts): Amounts {
  const deleted = Math.max(1, Math.floor(rows * remove));
  const inserted = deleted;
  const updated = Math.max(1, Math.floor(rows * change) - deleted - inserted);
  return { rows: Math.max(rows, deleted + updated + 1), deleted, inserted, updated };
}
