import { atomicWrite, isDponeError } from '@dpone/sdk';
import { join } from 'node:path';
import { readRegistry } from '../registry.js';
import type { System } from '../system.js';
import { SYSTEMS } from '../systems/index.js';
import type { Behaviour } from './behaviour.js';
import { casesOf, chosenOf, type MatrixCase } from './cases.js';
import { runCases } from './run-cases.js';
import { settingsOf, type MatrixSettings } from './settings.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run matrix`: loads the chosen cases. Exit code 0: all are green; 1: one is red; 2: the settings are wrong. */
async function main(): Promise<number> {
  const settings = settingsOf(process.env, process.cwd());
  const registry = await readRegistry();
  const chosen = chosenOf(casesOf(registry), settings.chosen);
  const systems = new Map(SYSTEMS.map((system) => [system.id, system]));
  const missing = await missingOf(chosen, systems, settings);
  const named = new Set([...(settings.chosen.source ?? []), ...(settings.chosen.sink ?? [])]);
  const ids = settings.chosen.case_id;
  // What was asked for by its name is red where it is not there; what merely exists is left out, and said.
  const isLeftOut = ({ case_id, source, sink }: MatrixCase): boolean =>
    [source, sink].some((id) => missing.has(id) && !named.has(id)) && ids?.includes(case_id) !== true;
  const cases = chosen.filter((one) => !isLeftOut(one));
  const skipped = chosen.filter(isLeftOut).map((one) => ({ ...one, reason: reasonOf(one, missing) }));
  const done: Behaviour[] = [];
  const record = (): Promise<void> =>
    atomicWrite(
      join(settings.folder, 'matrix_run.json'),
      `${JSON.stringify(recordOf(settings, cases, skipped, done), null, 2)}\n`,
    );
  await record();
  const started = performance.now();
  await runCases({
    settings,
    registry,
    cases,
    missing,
    systemOf: (id) => systems.get(id)!,
    told: (behaviour) => {
      done.push(behaviour);
      say(`${behaviour.passed ? 'passed' : 'failed'}  ${behaviour.case_id}`);
      if (!behaviour.passed) say(`        ${(behaviour['notes'] as string[]).join('; ').slice(0, 400)}`);
    },
  });
  await record();
  for (const [id, reason] of missing) say(`left out: ${id}: ${reason}`);
  const red = done.filter(({ passed }) => !passed).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`${done.length - red} passed, ${red} failed, ${skipped.length} left out, ${seconds} s`);
  return red > 0 || done.length === 0 ? 1 : 0;
}

/** Why each system of the cases cannot be used in this mode; those that can are not in it. */
async function missingOf(
  cases: readonly MatrixCase[],
  systems: ReadonlyMap<string, System>,
  { mode }: MatrixSettings,
): Promise<ReadonlyMap<string, string>> {
  const missing = new Map<string, string>();
  for (const id of new Set(cases.flatMap(({ source, sink }) => [source, sink]))) {
    const system = systems.get(id);
    const why = system === undefined ? 'the matrix has no client of its own for it' : await whyNot(system, mode);
    if (why !== undefined) missing.set(id, why);
  }
  return missing;
}

function whyNot(system: System, mode: MatrixSettings['mode']): string | undefined | Promise<string | undefined> {
  if (system.server === undefined) return system.missing();
  if (mode === 'mock_local') return 'it needs a server, which mock_local does not start';
  if (mode === 'vendor_live' && !process.env[system.server]) return `${system.server} names no server`;
  return system.missing();
}

const reasonOf = ({ source, sink }: MatrixCase, missing: ReadonlyMap<string, string>): string =>
  [...new Set([source, sink])].flatMap((id) => (missing.has(id) ? [`${id}: ${missing.get(id)}`] : [])).join('; ');

/** What the run is about: who reads the folder can tell a case that was left out from one that never ended. */
function recordOf(
  settings: MatrixSettings,
  cases: readonly MatrixCase[],
  skipped: readonly object[],
  done: readonly Behaviour[],
): object {
  const byId = new Map(done.map((behaviour) => [behaviour.case_id, behaviour]));
  const blockers = cases.flatMap(({ case_id: id }) => {
    const behaviour = byId.get(id);
    return behaviour === undefined ? [`matrix_behavior.missing:${id}`] : behaviour.blockers;
  });
  return {
    schema_version: 'dpone.matrix_run.v1',
    run_id: settings.runId,
    run_mode: settings.mode,
    configured_row_count: settings.workload.rows,
    passed: cases.length > 0 && blockers.length === 0,
    blockers: cases.length === 0 ? ['matrix.empty'] : blockers,
    cases: cases.map((one) => ({
      ...one,
      passed: byId.get(one.case_id)?.passed ?? false,
      row_count: settings.workload.rows,
      wide_columns: (byId.get(one.case_id)?.['columns'] as string[] | undefined)?.length ?? 0,
    })),
    skipped,
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isDponeError(error)) throw error;
  process.stderr.write([`matrix: ${error.message}`, error.where, error.remedy].filter(Boolean).join('\n  ') + '\n');
  process.exitCode = 2;
}
// A client of some system may keep a handle open; everything is written, and servers end with this process.
process.exit();
