import { PROTOCOL_STEPS } from '@dpone/engine';
import { expect } from 'chai';
import fc from 'fast-check';
import { allows, readRegistry } from '../matrix/registry.js';
import type { OpenSystem } from '../matrix/system.js';
import { SYSTEMS } from '../matrix/systems/index.js';
import { skipWithout } from '../support/skip-without.js';
import { skipTest } from '../support/skip-test.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { sequences } from './actions.js';
import { Loader } from './loader.js';
import { play } from './play.js';
import { STRATEGY_MODELS } from './strategies.js';

/** Stories in all, over every strategy and sink. The nightly run asks for 1000. */
const SEQUENCES = Number(process.env['DPONE_MODEL_SEQUENCES'] ?? 100);
/** The same seed tells the same stories. */
const SEED = Number(process.env['DPONE_MODEL_SEED'] ?? 20_261_121);

const registry = await readRegistry();
/** What a system lacks here, if anything: its stories are told by the others. */
const missing = new Map(await Promise.all(SYSTEMS.map(async (system) => [system, await system.missing()] as const)));
const modeOf = (name: string): string => name.split(' ')[0]!;
const pairs = SYSTEMS.flatMap((system) => {
  const sink = registry.sinks.get(system.id);
  if (sink === undefined || system.standIn !== undefined) return [];
  return Object.entries(STRATEGY_MODELS).flatMap(([name, model]) => {
    const strategy = registry.strategies.get(modeOf(name));
    const source = registry.sources.get(model.reads === 'rows' ? 'duckdb' : 'files')!;
    return strategy !== undefined && allows(strategy, source, sink) ? [{ system, sink, name, model }] : [];
  });
});

const told = pairs.filter(({ system }) => missing.get(system) === undefined);

describe(`stories of changes, loads, kills and crowds, held against a model (seed ${SEED})`, function () {
  this.timeout(3_600_000);
  const loaders = [new Loader(), new Loader()] as const;
  const kills = new Map<string, number>();
  let stories = 0;
  let project: TempProject;
  before(() => {
    project = tempProject();
  });
  after(() => {
    for (const loader of loaders) loader.close();
    project.remove();
  });

  for (const system of SYSTEMS) {
    const own = pairs.filter((pair) => pair.system === system);
    if (own.length === 0) continue;
    describe(system.id, () => {
      let sink: OpenSystem | undefined;
      before(async function () {
        skipWithout(this, missing.get(system));
        sink = await system.open(project);
      });
      after(() => sink?.close());
      for (const pair of own) {
        const runs = Math.ceil(SEQUENCES / told.length);
        it(`${pair.name}, ${runs} ${runs === 1 ? 'story' : 'stories'}`, async () => {
          const { name, model } = pair;
          // Kafka deletes what a full refresh replaced behind the transaction: a kill between leaves both to be seen.
          const oneStep = system.id !== 'kafka' || modeOf(name) !== 'full_refresh';
          const transactional = pair.sink.capabilities.transactional && oneStep;
          const story = fc.asyncProperty(sequences, async (actions) => {
            const table = `${system.id}_${name.replaceAll(' ', '_')}_${++stories}`;
            const killed = (at: string): void => void kills.set(at, (kills.get(at) ?? 0) + 1);
            const stage = { mode: modeOf(name), model, sink: sink!, transactional, project, table, loaders, killed };
            await play(stage, actions);
          });
          await fc.assert(story, {
            seed: SEED + pairs.indexOf(pair),
            numRuns: runs,
            interruptAfterTimeLimit: 600_000,
            endOnFailure: true,
          });
        });
      }
    });
  }

  // A suite's own tests run before the suites in it: what looks back on all stories stands in the last of them.
  describe('all together', () => {
    it('killed a process at every step of the protocol', function () {
      const counts = PROTOCOL_STEPS.map((step) => `${step} ${kills.get(step) ?? 0}`);
      if (stories < SEQUENCES / 2) skipTest(this, `${stories} of ${SEQUENCES} stories were told`);
      this.test!.title += ` (${stories} stories; ${counts.join(', ')})`;
      expect(PROTOCOL_STEPS.filter((step) => !kills.has(step))).to.deep.equal([]);
    });
  });
});
