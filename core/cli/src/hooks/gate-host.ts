import type { Interfaces } from '@oclif/core';
import type { GateContext, GateHost } from '@dpone/sdk';

/** Answers a gate's command that asks for the program around it. Nothing is loaded before one asks. */
export default async function answer(options: { config: Interfaces.Config; ctx: GateContext }): Promise<GateHost> {
  const { gateHost } = await import('../gate-host/gate-host.js');
  return gateHost(options.config, options.ctx);
}
