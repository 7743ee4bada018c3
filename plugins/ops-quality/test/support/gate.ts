import type { GateContext, GateDefinition, GateReport } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { gateContext } from '@dpone/testkit';

/** Runs a gate as its command does; the report with whatever keys it has. */
export const run = async (
  gate: unknown,
  input: Readonly<Record<string, unknown>>,
  cwd: string = '/nowhere',
  given: Partial<GateContext> = {},
): Promise<GateReport> => (await runGate(gate as GateDefinition, input, gateContext(cwd, given))) as never;

/** JSON on a command line. */
export const json = (value: unknown): string => JSON.stringify(value);
