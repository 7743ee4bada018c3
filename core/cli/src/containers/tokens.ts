import type { Logger } from '@dpone/sdk';
import type { InjectionToken } from 'tsyringe';
import type { Registry } from '../host/registry.js';

export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workdir: string;
  /** The command line that begins dpone in another process; absent where nothing needs it. */
  readonly command?: readonly string[];
}

// Symbols, so that neither metadata nor the style of an import decides what is injected.
export const REGISTRY: InjectionToken<Registry> = Symbol.for('dpone.registry');
export const LOG: InjectionToken<Logger> = Symbol.for('dpone.log');
export const ENVIRONMENT: InjectionToken<Environment> = Symbol.for('dpone.environment');
export const ROOT: InjectionToken<import('tsyringe').DependencyContainer> = Symbol.for('dpone.root');
