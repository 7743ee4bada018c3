import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../architecture/packages.js';

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Input {
  readonly type?: string;
  readonly options?: readonly string[];
  readonly default?: string | boolean;
}

export interface Workflow {
  readonly name: string;
  readonly text: string;
  readonly on: { readonly workflow_dispatch?: { readonly inputs?: Readonly<Record<string, Input>> } | null };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(root, '.github/workflows');

/** The workflows of the repository, by the name of their file. */
export const WORKFLOWS: ReadonlyMap<string, Workflow> = new Map(
  readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      return [file.replace(/\.yml$/, ''), { ...(parse(text) as Omit<Workflow, 'text'>), text }];
    }),
);

/** The names under which a workflow uploads what it made. */
export const uploadsOf = (workflow: Workflow): string[] =>
  Object.values(workflow.jobs)
    .flatMap(({ steps }) => steps)
    .filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
    .map(({ with: given }) => String(given?.['name']));
