import type { GateContext } from '@dpone/sdk';
import { CASE_TIME } from './context.js';

/** What a gate is given in a test: a fixed time, counted ids, no environment, no host. */
export function gateContext(cwd: string, given: Partial<GateContext> = {}): GateContext {
  let ids = 0;
  return {
    cwd,
    env: {},
    clock: { now: () => CASE_TIME },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    newId: () => `01JDPQ${String((ids += 1)).padStart(20, '0')}`,
    host: () => Promise.reject(new Error('This gate was asked to run without a host.')),
    ...given,
  };
}
