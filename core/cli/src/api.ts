import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from '@oclif/core';
import { planProcess, runProcesses, type PlanResult, type RunOptions, type RunResult } from '@dpone/engine';
import { selectProcesses } from './processes.js';
import { openSession } from './session.js';
import { loadConfig } from './host/load-config.js';

/** What a program chooses; the same as the flags of `dpone run`. */
export interface ApiOptions extends RunOptions {
  /** Processes of the manifest, by name or selector. */
  readonly selector?: readonly string[];
  /** Every process of the manifest. */
  readonly all?: boolean;
  readonly withDependencies?: boolean;
}

/**
 * Runs a manifest as `dpone run` does.
 * @example const result = await run('manifests/orders.yml'); if (!result.passed) throw new Error(result.processes[0].result.errors[0].message);
 * @throws what is wrong with the manifest or the selection; a load that fails is in the result.
 */
export async function run(manifest: string, options: ApiOptions = {}): Promise<RunResult> {
  const { session, specs } = await open(manifest, options);
  return runProcesses(session.host, specs, options);
}

/** Says what a run of each selected process would do, as `dpone plan` does. */
export async function plan(manifest: string, options: ApiOptions = {}): Promise<readonly PlanResult[]> {
  const { session, specs } = await open(manifest, options);
  const plans: PlanResult[] = [];
  for (const spec of specs) plans.push(await planProcess(session.host, spec, options));
  return plans;
}

async function open(manifest: string, options: ApiOptions) {
  settings.enableAutoTranspile = false;
  const config = await loadConfig(join(dirname(fileURLToPath(import.meta.url)), '..'), process.cwd());
  const session = await openSession(config);
  const specs = await selectProcesses(session, manifest, {
    selector: options.selector,
    all: options.all ?? false,
    'with-dependencies': options.withDependencies ?? false,
    registry: options.registryPaths,
  });
  return { session, specs };
}
