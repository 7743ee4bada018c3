import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config, flush, run, settings } from '@oclif/core';
import { reportError } from './dpone-command.js';
import { projectPlugins } from './host/project-plugins.js';

/** Runs the command line: finds the plugins, then the one command; imports nothing that it does not need. */
export async function main(binUrl: string): Promise<void> {
  settings.enableAutoTranspile = false;
  const argv = process.argv.slice(2);
  try {
    const project = projectPlugins(process.cwd());
    const config = await Config.load({
      root: join(dirname(fileURLToPath(binUrl)), '..'),
      ...(project === null ? {} : { pluginAdditions: { core: [...project.names], path: project.path } }),
    });
    await run(argv, config);
  } catch (error) {
    reportError(error, argv.includes('--format=json') || argv[argv.indexOf('--format') + 1] === 'json');
  }
  await flush();
}
