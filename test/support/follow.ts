import type { ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { dpone, type CliResult } from './cli.js';
import type { TempProject } from './temp-project.js';

/** What is printed for a load. */
export interface Loaded {
  readonly load_id: string;
  readonly passed: boolean;
  readonly result: { readonly extracted_rows: number };
}

/** Lines of JSON. */
export const linesOf = (stdout: string): Loaded[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Loaded);

const follows: Follow[] = [];

/** A run that follows, and what it has told so far. */
export class Follow {
  readonly ended: Promise<CliResult>;
  #child: ChildProcess | undefined;
  #stdout = '';
  #stderr = '';

  constructor(project: Pick<TempProject, 'path'>, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    follows.push(this);
    this.ended = dpone(['run', 'orders.yml', '--follow', '--format', 'json', ...args], {
      cwd: project.path,
      env,
      onStart: (child) => {
        this.#child = child;
        child.stdout!.on('data', (text: string) => (this.#stdout += text));
        child.stderr!.on('data', (text: string) => (this.#stderr += text));
      },
    });
  }

  get loads(): Loaded[] {
    return linesOf(this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1));
  }

  get rows(): number {
    return this.loads.reduce((sum, { result }) => sum + result.extracted_rows, 0);
  }

  /** Waits until something is true; where the run ends before, the test says so by its outcome. */
  async until(what: (told: { rows: number; stderr: string }) => boolean): Promise<void> {
    let running = true;
    void this.ended.then(() => (running = false));
    while (running && !what({ rows: this.rows, stderr: this.#stderr }))
      await new Promise((resolve) => setTimeout(resolve, 25));
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Asks it to stop, and expects that it does so in peace. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const { code, stdout, stderr } = await this.ended;
    expect(code, stdout + stderr).to.equal(0);
  }
}

/** Kills what a test that failed has left running. */
export async function endFollows(): Promise<void> {
  for (const follow of follows.splice(0)) {
    follow.signal('SIGKILL');
    await follow.ended;
  }
}
