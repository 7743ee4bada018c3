import duckdb from '@dpone/connector-duckdb';
import files from '@dpone/connector-files';
import postgres from '@dpone/connector-postgres';
import strategies from '@dpone/strategies';
import {
  loadManifest,
  planProcess,
  runProcesses,
  type Definitions,
  type EngineHost,
  type PlanResult,
  type ProcessResult,
  type RunOptions,
  type Scope,
} from '@dpone/engine';
import { fail, type ExtensionKind, type Plugin } from '@dpone/sdk';
import { registerPlugins } from './register-plugins.js';
import type { TempProject } from './temp-project.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

let written = 0;

/** Runs a manifest of one process by the engine, in this process: a property needs many loads, and a CLI's start costs more than a load. */
export async function load(
  project: Pick<TempProject, 'path' | 'write'>,
  manifest: object,
  plugins: readonly Plugin[] = [],
  options: RunOptions & { readonly clock?: EngineHost['clock'] } = {},
): Promise<ProcessResult> {
  // Several loads of one project may run at once.
  const file = `load-${process.pid}-${++written}.json`;
  project.write(file, JSON.stringify(manifest));
  return loadFile(project, file, plugins, options);
}

/** The same of a manifest that is there. */
export async function loadFile(
  project: Pick<TempProject, 'path'>,
  file: string,
  plugins: readonly Plugin[] = [],
  { clock, ...run }: RunOptions & { readonly clock?: EngineHost['clock'] } = {},
): Promise<ProcessResult> {
  const host = await engineHost(project.path, plugins, clock);
  const { processes } = await loadManifest(file, { workdir: project.path, env: {} });
  return (await runProcesses(host, processes, run)).processes[0]!;
}

/** Plans a manifest of one process by the engine, in this process. */
export async function plan(
  project: TempProject,
  manifest: object,
  plugins: readonly Plugin[] = [],
): Promise<PlanResult> {
  project.write('plan.json', JSON.stringify(manifest));
  const { processes } = await loadManifest('plan.json', { workdir: project.path, env: {} });
  return planProcess(await engineHost(project.path, plugins), processes[0]!);
}

const SYSTEM_CLOCK: EngineHost['clock'] = { now: () => new Date() };

async function engineHost(
  workdir: string,
  plugins: readonly Plugin[],
  clock: EngineHost['clock'] = SYSTEM_CLOCK,
): Promise<EngineHost> {
  const definitions = await registered(plugins);
  return {
    env: {},
    workdir,
    clock,
    log: silent,
    limits: { memoryBytes: 256 * 2 ** 20, threads: 2 },
    ids: (kind) =>
      [...definitions.keys()].flatMap((key) => (key.startsWith(`${kind}:`) ? [key.slice(kind.length + 1)] : [])),
    definition: <K extends ExtensionKind>(kind: K, id: string): Promise<Definitions[K]> => {
      const definition = definitions.get(`${kind}:${id}`);
      if (definition === undefined) return Promise.reject(fail('DPONE_TYPE_UNKNOWN', `no ${kind} ${id} is installed`));
      return Promise.resolve(definition as Definitions[K]);
    },
    openScope: () => openScope(),
  };
}

const registered = async (plugins: readonly Plugin[]): Promise<Map<string, unknown>> =>
  registerPlugins([await builtins(), files, duckdb, postgres, strategies, ...plugins]);

/** Found as the host finds them: by the file that the package's `dpone` block names. */
async function builtins(): Promise<Plugin> {
  const manifest = import.meta.resolve('@dpone/engine/package.json');
  const { default: block } = (await import(manifest, { with: { type: 'json' } })) as {
    default: { dpone: { extensions: string } };
  };
  return ((await import(new URL(block.dpone.extensions, manifest).href)) as { default: Plugin }).default;
}

function openScope(parent?: Map<string, Promise<unknown>>): Scope {
  const made = new Map<string, Promise<{ close(): Promise<void> }>>();
  return {
    use<T extends { close(): Promise<void> }>(key: string, make: () => T | Promise<T>): Promise<T> {
      const known = made.get(key) ?? parent?.get(key);
      if (known !== undefined) return known as Promise<T>;
      const object = Promise.resolve().then(make);
      made.set(key, object);
      return object;
    },
    child: () => openScope(made),
    dispose: async () => {
      for (const object of [...made.values()].toReversed()) await object.then((o) => o.close());
      made.clear();
    },
  };
}
