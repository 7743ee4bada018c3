import { atomicWrite } from '@dpone/sdk';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Flags of a step, all of which take a value; a flag that it does not have ends the step with code 2. */
export function flagsOf<N extends string>(defaults: Readonly<Record<N, string>>): Record<N, string> {
  const options = Object.fromEntries(
    Object.entries<string>(defaults).map(([name, value]) => [name, { type: 'string' as const, default: value }]),
  );
  try {
    return parseArgs({ options }).values as Record<N, string>;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** Writes a piece of evidence, and says in a line what it says. Ends this process with code 1 where it is red. */
export async function writeEvidence(folder: string, name: string, evidence: Readonly<Record<string, unknown>>) {
  const path = join(resolve(folder), name);
  await atomicWrite(path, `${JSON.stringify(evidence, null, 2)}\n`);
  process.stdout.write(`${evidence['passed'] === true ? 'green' : 'red'}  ${join(folder, name)}\n`);
  if (evidence['passed'] !== true) process.exitCode = 1;
}
