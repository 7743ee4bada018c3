import type { Interfaces } from '@oclif/core';
import type { GateContext, GateHost } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { discover } from '../host/discover.js';
import { Registry } from '../host/registry.js';
import { installedPlugins } from './installed-plugins.js';
import { loadRows } from './load-rows.js';
import { readSource } from './read-source.js';
import { withTarget } from './with-target.js';

/** What a gate's command is given of this program. */
export function gateHost(config: Interfaces.Config, ctx: GateContext): GateHost {
  const registry = new Registry(discover(config));
  return {
    runGate: async (id, input) => runGate(await registry.definition('gate', id), input, ctx),
    plugins: () => installedPlugins(config, registry),
    loadRows: (process, path, options) => loadRows(registry, ctx, process, path, options),
    readSource: (block, options, use) => readSource(registry, ctx, block, options, use),
    withTarget: (process, use) => withTarget(registry, ctx, process, use),
  };
}
