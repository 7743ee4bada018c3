import { ROOT, shell } from './shell.js';

/** A step of a plan, as `dpone ops *-plan --format json` prints it. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly required: boolean;
}

/** Runs steps as they are printed, each to its end, and says in a line what it came to. Gives the names of those that are red. */
export async function runSteps(
  steps: readonly Step[],
  envOf: (step: Step) => Readonly<Record<string, string>> = () => ({}),
): Promise<string[]> {
  const red: string[] = [];
  for (const step of steps) {
    const started = performance.now();
    // Some take minutes: a person who waits sees which; its verdict takes the line's place.
    if (process.stdout.isTTY) process.stdout.write(`...   ${step.name}\r`);
    const { code, stdout } = await shell(step.command, { cwd: ROOT, env: envOf(step), held: true });
    // The page of a green step lies in its folder; that of a red one says what to do, here and now.
    if (code !== 0) process.stderr.write(stdout);
    const verdict = code === 0 ? 'green' : step.required ? 'red' : 'left';
    say(`${verdict.padEnd(5)} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (verdict === 'red') red.push(step.name);
  }
  return red;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
