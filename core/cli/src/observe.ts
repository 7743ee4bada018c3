import type { EngineHost, ProcessSpec, RunWatch } from '@dpone/engine';
import { fail, isDponeError, stableJson, type Observer } from '@dpone/sdk';

/** The one observer there is; another that a plugin brings would be told apart by its id. */
const OBSERVER = 'standard';

/** Variables that switch observers on without a word in the manifest. */
const VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OPENLINEAGE_URL',
] as const;

/** Whether a manifest or a variable asks for observers at all; only then anything of them is loaded. */
const isWatched = (specs: readonly ProcessSpec[], env: Readonly<Record<string, string | undefined>>): boolean =>
  specs.some((spec) => spec.observability !== undefined) || VARIABLES.some((name) => (env[name] ?? '') !== '');

/**
 * Opens the observers that the processes ask for; null where none does. One that is not installed or does not open is a
 * warning. What could not be told is one on stderr at the end.
 * @throws DPONE_MANIFEST_INVALID where the manifest's `observability` is not what the observer takes
 */
export async function observe(host: EngineHost, specs: readonly ProcessSpec[]): Promise<RunWatch | null> {
  if (!isWatched(specs, host.env)) return null;
  const warn = (message: string): void => void process.stderr.write(`warning: ${message}\n`);
  const opened = new Map<string, Promise<Observer | null>>();
  const byProcess = new Map<string, Observer>();
  for (const spec of specs) {
    const key = stableJson(spec.observability ?? {});
    const observer = opened.get(key) ?? open(host, spec, warn);
    opened.set(key, observer);
    const found = await observer;
    if (found !== null) byProcess.set(spec.name, found);
  }
  return {
    onEvent: (event) => byProcess.get(event.process)?.event(event),
    async close() {
      for (const observer of new Set(byProcess.values()))
        for (const sentence of await observer.close().catch((error: unknown) => [String(error)])) warn(sentence);
    },
  };
}

async function open(host: EngineHost, spec: ProcessSpec, warn: (message: string) => void): Promise<Observer | null> {
  try {
    const definition = await host.definition('observer', OBSERVER);
    const options = definition.options.safeParse(spec.observability ?? {});
    if (!options.success) {
      const [issue] = options.error.issues;
      const path = ['observability', ...(issue?.path ?? [])].join('.');
      throw fail('DPONE_MANIFEST_INVALID', `${path}: ${issue?.message}`, {
        where: spec.places[path] ?? spec.places['observability'] ?? spec.manifest,
      });
    }
    const { env, workdir, clock, log } = host;
    return await definition.open({ options: options.data, env, workdir, clock, log });
  } catch (error) {
    if (isDponeError(error) && error.code === 'DPONE_MANIFEST_INVALID') throw error;
    warn(`nothing is reported: ${error instanceof Error ? error.message : String(error)}${remedyOf(error)}`);
    return null;
  }
}

const remedyOf = (error: unknown): string => (isDponeError(error) ? ` (${error.remedy})` : '');
