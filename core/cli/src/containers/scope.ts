import type { Scope } from '@dpone/engine';
import type { Logger } from '@dpone/sdk';
import { instanceCachingFactory, type DependencyContainer } from 'tsyringe';

interface Closable {
  close(): Promise<void>;
}

/**
 * A container whose objects are closed in reverse order. tsyringe's own disposal is not used: it never sees objects made
 * by factories, and disposing a child also disposes the singletons of its parent.
 */
export class ContainerScope implements Scope {
  readonly #container: DependencyContainer;
  readonly #log: Logger;
  readonly #label: string;
  readonly #made: { readonly key: string; readonly object: Promise<Closable> }[] = [];

  constructor(container: DependencyContainer, log: Logger, label: string) {
    this.#container = container;
    this.#log = log;
    this.#label = label;
  }

  use<T extends Closable>(key: string, make: () => T | Promise<T>): Promise<T> {
    const token = Symbol.for(`dpone.object.${key}`);
    if (!this.#container.isRegistered(token, true))
      this.#container.register(token, {
        useFactory: instanceCachingFactory(() => {
          const object = Promise.resolve().then(make);
          this.#made.push({ key, object });
          return object;
        }),
      });
    return this.#container.resolve<Promise<T>>(token);
  }

  child(label: string): Scope {
    return new ContainerScope(this.#container.createChildContainer(), this.#log, `${this.#label} ${label}`);
  }

  async dispose(): Promise<void> {
    for (const { key, object } of this.#made.splice(0).reverse()) {
      let made: Closable;
      try {
        made = await object;
      } catch {
        continue; // It was never made; whoever asked for it has the error.
      }
      try {
        await made.close();
      } catch (error) {
        this.#log.warn(
          `${this.#label}: closing ${key} failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
}
