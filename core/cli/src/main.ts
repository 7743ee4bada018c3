import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flush, run, settings, type Config } from '@oclif/core';
import { loadConfig } from './host/load-config.js';

/** Runs the command line: finds the plugins, then the one command; imports nothing that it does not need. */
export async function main(binUrl: string): Promise<void> {
  settings.enableAutoTranspile = false;
  const argv = process.argv.slice(2);
  let config: Config | undefined;
  try {
    config = await loadConfig(join(dirname(fileURLToPath(binUrl)), '..'), process.cwd());
    await run(argv, config);
  } catch (error) {
    const { reportError, wantsJson } = await import('./report-error.js');
    reportError(error, wantsJson(argv), config?.commandIDs);
  }
  await flush();
  // A plugin that was given up on, or a driver's timer, must not keep a command alive that has said its last word.
  process.exit();
}
