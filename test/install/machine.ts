import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dpone, type CliResult } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

/** A machine of one user: a project, and dpone's own folders, none of which outlives the test. */
export interface Machine {
  readonly project: TempProject;
  /** Where dpone keeps what is installed. */
  readonly data: string;
  dpone(...args: string[]): Promise<CliResult>;
  run(args: readonly string[], more?: MoreOptions): Promise<CliResult>;
  /** The versions that are installed, by package name. */
  installed(): Record<string, string>;
  /** What is left in the folder that holds the plugin folder. */
  leftovers(): string[];
  remove(): void;
}

export interface MoreOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly onStart?: (child: ChildProcess) => void;
}

interface DataPackage {
  readonly oclif: { readonly plugins: readonly { readonly name: string; readonly root?: string }[] };
}

/** @param registry the only registry that it knows; without one, none can be reached. */
export function machine(registry = 'http://127.0.0.1:9/'): Machine {
  const project = tempProject();
  const data = project.file('home/data');
  // The npm that a test runs under must not decide what the npm below it does.
  for (const name of Object.keys(process.env)) if (/^npm_/i.test(name)) delete process.env[name];
  const base = {
    HOME: project.file('home'),
    DPONE_DATA_DIR: data,
    DPONE_CONFIG_DIR: project.file('home/config'),
    DPONE_CACHE_DIR: project.file('home/cache'),
    npm_config_cache: project.file('home/npm'),
    npm_config_registry: registry,
    npm_config_fetch_retries: '0',
  };
  project.write('home/.npmrc', `${registry.replace('http:', '')}:_authToken=x\n`);
  const run: Machine['run'] = (args, more = {}) =>
    dpone(args, {
      cwd: more.cwd ?? project.path,
      env: { ...base, ...more.env },
      ...(more.onStart === undefined ? {} : { onStart: more.onStart }),
    });
  return {
    project,
    data,
    run,
    dpone: (...args) => run(args),
    installed() {
      if (!existsSync(`${data}/package.json`)) return {};
      const { oclif } = JSON.parse(readFileSync(`${data}/package.json`, 'utf8')) as DataPackage;
      return Object.fromEntries(
        oclif.plugins.map(({ name, root = `${data}/node_modules/${name}` }) => [
          name,
          (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }).version,
        ]),
      );
    },
    leftovers: () => readdirSync(project.file('home')).filter((name) => /^data./.test(name)),
    remove: () => project.remove(),
  };
}
