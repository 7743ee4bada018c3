import type { Interfaces } from '@oclif/core';
import { asDponeError, fail, isDponeError, type DponeError } from '@dpone/sdk';
import { discover } from '../host/discover.js';
import { Registry } from '../host/registry.js';
import { readPolicy, requireAllowed, scriptsAllowed } from './policy.js';
import type { PluginSpec } from './plugin-spec.js';
import { changePlugins } from './transaction.js';

/**
 * Runs one of oclif's own plugin commands under dpone's rules: the policy first, then on a copy of the plugin folder,
 * then the host's check of what is there; only then does the copy become the folder.
 */
export async function guarded(
  config: Interfaces.Config,
  specs: readonly PluginSpec[],
  run: () => Promise<unknown>,
): Promise<void> {
  const policy = await readPolicy(config.configDir, process.env);
  for (const spec of specs) requireAllowed(policy, spec);
  // npm reads these; they are set for the one child that it starts.
  process.env['npm_config_ignore_scripts'] = scriptsAllowed(policy, specs) ? 'false' : 'true';
  process.env['npm_config_audit'] = 'false';
  process.env['npm_config_fund'] = 'false';
  const { dataDir } = config;
  await changePlugins(dataDir, async (copy) => {
    setDataDir(config, copy);
    try {
      await run();
      await requireUsable(config, copy);
    } catch (error) {
      throw installError(error, specs);
    } finally {
      setDataDir(config, dataDir);
    }
  });
}

/** oclif's commands take the folder from their config; the type calls it read-only. */
function setDataDir(config: Interfaces.Config, path: string): void {
  (config as { dataDir: string }).dataDir = path;
}

/** What is installed now, seen as the next command will see it: a plugin that it would leave out is refused here. */
async function requireUsable(config: Interfaces.Config, dataDir: string): Promise<void> {
  const { Config } = await import('@oclif/core');
  // Config takes the folder from here alone.
  const before = process.env['DPONE_DATA_DIR'];
  process.env['DPONE_DATA_DIR'] = dataDir;
  try {
    const next = await Config.load({ root: config.root });
    const [problem] = new Registry(discover(next)).problems;
    if (problem !== undefined) throw problem;
  } finally {
    if (before === undefined) delete process.env['DPONE_DATA_DIR'];
    else process.env['DPONE_DATA_DIR'] = before;
  }
}

function installError(error: unknown, specs: readonly PluginSpec[]): DponeError {
  if (isDponeError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const names = specs.map(({ name }) => name).join(', ');
  if (/does not exist in the registry|E404|404 Not Found/.test(message))
    return fail('DPONE_PLUGIN_NOT_FOUND', `no package ${names} is published`, {
      remedy: 'Check the name; a package outside @dpone is named in full: npm:NAME.',
      cause: error,
    });
  if (/is not installed/.test(message))
    return fail('DPONE_PLUGIN_NOT_FOUND', message, { remedy: 'dpone plugins lists what is installed.' });
  return asDponeError(error, 'DPONE_PLUGIN_INSTALL', names === '' ? undefined : names);
}
