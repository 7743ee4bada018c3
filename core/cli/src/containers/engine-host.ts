import { availableParallelism } from 'node:os';
import type { Definitions, EngineHost, ProcessSpec, RunWatch, Scope } from '@dpone/engine';
import type { ExtensionKind, Logger } from '@dpone/sdk';
import { inject, injectable, type DependencyContainer } from 'tsyringe';
import type { Registry } from '../host/registry.js';
import { ContainerScope } from './scope.js';
import { ENVIRONMENT, LOG, REGISTRY, ROOT, type Environment } from './tokens.js';

/** Memory that an engine inside a plugin may take where neither manifest nor environment says otherwise. */
const MEMORY_MB = 200;

/** The engine's view of the host: what is installed, and a container for each run. */
@injectable()
export class ContainerHost implements EngineHost {
  readonly env: Environment['env'];
  readonly workdir: string;
  readonly command: readonly string[] | undefined;
  readonly clock = { now: (): Date => new Date() };
  readonly limits: EngineHost['limits'];
  readonly log: Logger;
  readonly #registry: Registry;
  readonly #root: DependencyContainer;

  constructor(
    @inject(REGISTRY) registry: Registry,
    @inject(LOG) log: Logger,
    @inject(ENVIRONMENT) environment: Environment,
    @inject(ROOT) root: DependencyContainer,
  ) {
    this.#registry = registry;
    this.#root = root;
    this.log = log;
    this.env = environment.env;
    this.workdir = environment.workdir;
    this.command = environment.command;
    const megabytes = Number(environment.env['DPONE_MEMORY_MB']);
    this.limits = {
      memoryBytes: (megabytes > 0 ? megabytes : MEMORY_MB) * 1024 * 1024,
      threads: availableParallelism(),
    };
  }

  ids(kind: ExtensionKind): readonly string[] {
    return this.#registry.ids(kind);
  }

  definition<K extends ExtensionKind>(kind: K, id: string): Promise<Definitions[K]> {
    return this.#registry.definition(kind, id);
  }

  /** Costs nothing where nobody asked for observers: not even the look at what is installed. */
  async observe(specs: readonly ProcessSpec[]): Promise<RunWatch | null> {
    const { observe } = await import('../observe.js');
    return observe(this, specs);
  }

  openScope(label: string): Scope {
    return new ContainerScope(this.#root.createChildContainer(), this.log, label);
  }
}
