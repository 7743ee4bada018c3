import 'reflect-metadata';
import type { Logger } from '@dpone/sdk';
import { container } from 'tsyringe';
import type { Registry } from '../host/registry.js';
import { ContainerHost } from './engine-host.js';
import { ENVIRONMENT, LOG, REGISTRY, ROOT, type Environment } from './tokens.js';

/** The container of one process of dpone, and the engine's host in it. */
export function openRoot(registry: Registry, log: Logger, environment: Environment): ContainerHost {
  const root = container.createChildContainer();
  root.register(REGISTRY, { useValue: registry });
  root.register(LOG, { useValue: log });
  root.register(ENVIRONMENT, { useValue: environment });
  root.register(ROOT, { useValue: root });
  return root.resolve(ContainerHost);
}
