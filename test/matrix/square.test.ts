import type { Column, LaneId, Plugin } from '@dpone/sdk';
import { expect } from 'chai';
import { skipTest } from '../support/skip-test.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { expectLoads, passed } from './expect-loads.js';
import { eventsOf, eventTable } from './events.js';
import { COLUMNS, KEY, story, valuesOf, VERSION } from './fixture.js';
import { readGolden, writeGolden, WRITES } from './golden.js';
import { writePage } from './page.js';
import { allTypesTable, planPair, renewedTable, type Ends, type PairPlan } from './plan-pair.js';
import { allows, readRegistry } from './registry.js';
import { loadFirst, loadOnce, runPair, type FirstLoad, type LiveEnds, type PairRun, type Round } from './run-pair.js';
import { expected, MODELS, tried } from './strategies.js';
import type { OpenSystem, System } from './system.js';
import { SYSTEMS } from './systems/index.js';
import { sameRows } from './values.js';

const registry = await readRegistry();
const missing = new Map<string, string>();
for (const system of SYSTEMS) {
  const why = await system.missing();
  if (why !== undefined) missing.set(system.id, why);
}
const modes = [...registry.strategies.keys()].filter((mode) => mode in MODELS);
const systemOf = (id: string): System | undefined => SYSTEMS.find((system) => system.id === id);

describe('the square: every source to every sink in every strategy', function () {
  this.timeout(600_000);
  const opened = new Map<string, OpenSystem>();
  const planned = new Map<string, Record<string, PairPlan>>();
  let project: TempProject;

  before(async () => {
    project = tempProject();
    for (const system of SYSTEMS) {
      if (missing.has(system.id)) continue;
      const open = await system.open(project);
      opened.set(system.id, open);
      if (system.standIn !== undefined) continue;
      const told = story(COLUMNS, (column, value) => system.reaches?.(column, value) ?? true);
      await open.seed(allTypesTable(system), told.first);
      if (system.log !== true) await open.seed(eventTable(allTypesTable(system)), eventsOf(told).held.first);
      if (system.memory === 'log') await open.seed(renewedTable(allTypesTable(system)), told.first);
    }
  });
  after(async () => {
    if (WRITES) {
      for (const [source, sinks] of planned) {
        const lacks = COLUMNS.filter((column) => systemOf(source)!.typeOf(column) === undefined);
        writeGolden({ source, no_type_for: lacks.map((c) => c.name), sinks });
      }
      writePage(SYSTEMS.map(({ id }) => id));
    }
    for (const open of opened.values()) await open.close();
    project?.remove();
  });

  it('has every source and sink that is installed', () => {
    const ids = [...registry.sources.keys(), ...registry.sinks.keys()];
    expect(ids.filter((id) => systemOf(id) === undefined)).to.deep.equal([]);
  });
  it('has a model of every strategy that is installed', () => {
    expect([...registry.strategies.keys()].filter((id) => !(id in MODELS))).to.deep.equal([]);
  });

  for (const source of SYSTEMS.filter(({ id }) => registry.sources.has(id)))
    for (const sink of SYSTEMS.filter(({ id }) => registry.sinks.has(id)))
      describe(`${source.id} -> ${sink.id}`, () => {
        const here = modes.filter((mode) => tried(mode, source.id, sink.id));
        let plan: Promise<PairPlan> | undefined;
        let run: Promise<PairRun> | undefined;
        const absent = [...new Set([source.id, sink.id])].flatMap((id) => missing.get(id) ?? []).join('; ');

        /** The two ends, or what stands in for them while loads are planned; undefined where there is neither. */
        const ends = (): Ends | undefined => {
          const plugins: Plugin[] = [...registry.plugins];
          const endOf = (system: System) => {
            const stands = missing.has(system.id) || system.standIn !== undefined;
            const declared = stands ? system.declared?.() : undefined;
            if (declared !== undefined) plugins.push(declared.plugin);
            return declared ?? opened.get(system.id);
          };
          const from = endOf(source);
          const into = source === sink ? from : endOf(sink);
          if (from === undefined || into === undefined) return undefined;
          return { project, plugins, source, sink, from, into, shared: sharedLanes(source, sink) };
        };
        const liveEnds = (): LiveEnds => {
          const { plugins } = registry;
          return { ...ends()!, plugins, from: opened.get(source.id)!, into: opened.get(sink.id)! };
        };
        const tableOf = (names: readonly string[]): readonly Column[] => [
          KEY,
          VERSION,
          ...COLUMNS.filter(({ name }) => names.includes(name)).filter(
            (column) => ![source, sink].some(({ standIn }) => standIn?.lacks(column)),
          ),
        ];
        const planOnce = (): Promise<PairPlan> => (plan ??= planPair(ends()!, here));

        it('is planned as its golden file says', async function () {
          if (ends() === undefined) return skipTest(this, absent);
          const found = await planOnce();
          planned.set(source.id, { ...planned.get(source.id), [sink.id]: found });
          if (WRITES) return;
          const golden = readGolden(source.id)?.sinks[sink.id];
          expect(found, 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.deep.equal(golden);
        });

        const possible = here.filter((mode) =>
          allows(registry.strategies.get(mode)!, registry.sources.get(source.id)!, registry.sinks.get(sink.id)!),
        );
        for (const mode of possible)
          it(mode, async function () {
            if (absent !== '') return skipTest(this, absent);
            const way = liveEnds();
            const { columns: carried, cheapest_lane: cheapest, cheapest_without: without } = await planOnce();
            const columns = tableOf(Object.keys(carried).filter((name) => !without.includes(name)));
            const { story: told, rounds } = await (run ??= runPair(way, columns, possible));
            expectLoads(rounds.get(mode)!, expected(MODELS[mode]!, source, told), columns);
            expect(passed(rounds.get(mode)![0]!.result, mode).lane, 'lane').to.equal(cheapest);
          });

        let types: Promise<FirstLoad> | undefined;
        const loadTypes = async (way: LiveEnds): Promise<FirstLoad> =>
          (types ??= loadFirst(way, tableOf(Object.keys((await planOnce()).columns)), 'types'));

        it('full_refresh of every type that passes', async function () {
          if (absent !== '') return skipTest(this, absent);
          const way = liveEnds();
          expectFirst(await loadTypes(way), (await planOnce()).lane);
        });

        if (sharedLanes(source, sink).length > 0)
          it('full_refresh by every lane that both know', async function () {
            if (absent !== '') return skipTest(this, absent);
            const way = liveEnds();
            const { lane, cheapest_lane: cheapest, columns, lanes } = await planOnce();
            const others = Object.entries(lanes).filter(([, { way: by }]) => by !== lane && by !== cheapest);
            for (const [id, { way: by, without }] of others) {
              const carried = tableOf(Object.keys(columns).filter((name) => !without.includes(name)));
              expectFirst(await loadFirst(way, carried, id.replaceAll('-', '_'), { lanes: [id] }), by);
            }
          });

        if (beyond({ source, sink }, allTypesTable(source).columns).length > 0)
          it('a value that the sink does not reach fails the load and changes nothing', async function () {
            if (absent !== '') return skipTest(this, absent);
            const way = liveEnds();
            const { first, table } = await loadTypes(way);
            for (const [column, value] of beyond(way, table.columns)) {
              const name = `${source.id}_${sink.id}_beyond_${column.name}`;
              await way.from.seed({ name, columns: table.columns }, [{ ...first[0], [column.name]: value }]);
              const { result, rows } = await loadOnce(way, { ...table, name }, 'full_refresh');
              expect(failureOf(result), column.name).to.include(column.name);
              sameRows(rows, first, table.columns, `after ${column.name} was refused`);
            }
          });
      });
});

/** Byte lanes that both ends declare. */
function sharedLanes(source: System, sink: System): readonly LaneId[] {
  const taken = registry.sinks.get(sink.id)!.capabilities.lanes;
  return registry.sources.get(source.id)!.capabilities.lanes.filter((id) => id !== 'rows' && taken.includes(id));
}

function expectFirst({ round, first, table }: FirstLoad, lane: string): void {
  expectLoads([round], [{ read: first, target: first }], table.columns);
  expect(passed(round.result, lane).lane, 'lane').to.equal(lane);
}

/** Of each column a value that the source can hold and the sink cannot. */
function beyond({ source, sink }: Pick<Ends, 'source' | 'sink'>, columns: readonly Column[]): [Column, unknown][] {
  return columns.flatMap((column) => {
    const value = valuesOf(column).find(
      (one) => (source.reaches?.(column, one) ?? true) && !(sink.reaches?.(column, one) ?? true),
    );
    return value === undefined ? [] : [[column, value]];
  });
}

const failureOf = (result: Round['result']): string =>
  result instanceof Error ? result.message : result.result.errors.map(({ message }) => message).join('; ');
