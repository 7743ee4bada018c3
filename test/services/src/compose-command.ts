import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPOSE_SERVICES } from './compose.js';
import { RECORD } from './given.js';

const FILE = fileURLToPath(new URL('../../../docker/docker-compose.integration.yml', import.meta.url));

/**
 * `npm run services:up [-- SERVICE ...]` and `npm run services:down`: the servers of Compose where a docker engine runs.
 * Where none does there is nothing to do: tests start servers of their own, and this says so and ends with 0.
 */
function main([action, ...names]: readonly string[]): number {
  const stray = names.find((name) => !(name in COMPOSE_SERVICES));
  if ((action !== 'up' && action !== 'down') || stray !== undefined) {
    say(
      `up or down; there are: ${Object.keys(COMPOSE_SERVICES).join(', ')}${stray === undefined ? '' : `; not ${stray}`}`,
    );
    return 2;
  }
  const runs = quiet('docker', 'compose', 'version') && quiet('docker', 'info');
  if (!runs) {
    say('docker compose does not run here: tests start servers of their own, and leave none behind');
    return 0;
  }
  // Those that run are known no longer, whatever comes of this.
  rmSync(RECORD, { force: true });
  if (action === 'down') return compose('down', '--volumes');
  const wanted = names.length === 0 ? Object.keys(COMPOSE_SERVICES) : names;
  const code = compose('up', '--detach', '--wait', ...wanted);
  if (code !== 0) {
    compose('logs', '--tail', '40');
    return code;
  }
  mkdirSync(dirname(RECORD), { recursive: true });
  writeFileSync(RECORD, `${JSON.stringify(variablesOf(wanted), null, 2)}\n`);
  say(`Compose runs ${wanted.join(', ')}; tests use them until npm run services:down`);
  return 0;
}

const variablesOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => {
      const { variable, url, port, portVariable } = COMPOSE_SERVICES[name]!;
      return [variable, url(Number(process.env[portVariable] || port))];
    }),
  );

const quiet = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** A service that is named is started whatever its profile; `down` ends those of every profile. */
const compose = (...args: readonly string[]): number =>
  spawnSync('docker', ['compose', '--file', FILE, '--profile', 'all', ...args], { stdio: 'inherit' }).status ?? 1;

function say(line: string): void {
  process.stdout.write(`services: ${line}\n`);
}

process.exitCode = main(process.argv.slice(2));
