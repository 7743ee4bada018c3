import { registryFiles, registryUnavailable } from './schema-registry-binaries.js';
import type { RegistryFacts } from './schema-registry-process.js';
import { supervise } from './supervise.js';
import { given } from './given.js';

/** A schema registry that speaks Confluent's API. */
export interface RegistryServer {
  readonly url: string;
  /** Whether it came by `DPONE_TEST_SCHEMA_REGISTRY_URL`. */
  readonly given: boolean;
  stop(): Promise<void>;
}

/** The registry that the environment gives the tests by `DPONE_TEST_SCHEMA_REGISTRY_URL`, or nothing. */
export const givenRegistry = (): string | undefined => given('DPONE_TEST_SCHEMA_REGISTRY_URL');

/** Why no registry can be had here; undefined where one can. Fetches it on a machine's first call. */
export async function registryMissing(): Promise<string | undefined> {
  if (givenRegistry() !== undefined) return undefined;
  const why = await registryUnavailable();
  if (why !== undefined) return why;
  return registryFiles().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Starts a registry of the test's own; it ends with `stop()`, or when the test process does, in whatever way. */
export async function startRegistry(): Promise<RegistryServer> {
  const given = givenRegistry();
  if (given !== undefined) return { url: given, given: true, stop: async () => {} };
  const service = supervise<RegistryFacts>(new URL('./schema-registry-process.js', import.meta.url), {});
  const { port } = await service.start().catch(async (error: unknown) => {
    await service.remove();
    throw error;
  });
  return { url: `http://127.0.0.1:${port}/apis/ccompat/v7`, given: false, stop: () => service.remove() };
}

let shared: Promise<RegistryServer> | undefined;

/** The registry that all tests of this process share; the first call starts it, it ends with the process. */
export const sharedRegistry = (): Promise<RegistryServer> => (shared ??= startRegistry());
