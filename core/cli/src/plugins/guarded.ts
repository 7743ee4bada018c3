import type { Interfaces } from '@oclif/core';
import { isDponeError } from '@dpone/sdk';
import { installError } from './install-error.js';
import type { PluginSpec } from './plugin-spec.js';
import { NO_POLICY, readPolicy, requireAllowed, scriptsAllowed } from './policy.js';
import { requireUsable, stateOf } from './require-usable.js';
import { changePlugins } from './transaction.js';

/**
 * Runs one of oclif's own plugin commands under dpone's rules: the policy first, then on a copy of the plugin folder,
 * then the host's check of what is new there; only then does the copy become the folder. Taking a plugin away brings
 * nothing in, so it asks no policy: `specs` is null.
 */
export async function guarded(
  config: Interfaces.Config,
  specs: readonly PluginSpec[] | null,
  run: () => Promise<unknown>,
): Promise<void> {
  const policy = specs === null ? NO_POLICY : await readPolicy(config.configDir, process.env);
  for (const spec of specs ?? []) requireAllowed(policy, spec);
  // npm reads these; they are set for the one child that it starts.
  process.env['npm_config_ignore_scripts'] = scriptsAllowed(policy, specs ?? []) ? 'false' : 'true';
  process.env['npm_config_audit'] = 'false';
  process.env['npm_config_fund'] = 'false';
  const { dataDir } = config;
  await changePlugins(dataDir, async (copy) => {
    // Of the folder itself: oclif remembers the files that it has read, and the copy's are about to change.
    const before = await stateOf(config, dataDir);
    setDataDir(config, copy);
    try {
      await run();
      if (specs !== null) await requireUsable(before, await stateOf(config, copy));
    } catch (error) {
      if (isDponeError(error)) throw error;
      throw await installError(error, specs ?? [], specs === null ? null : copy, config.npmRegistry);
    } finally {
      setDataDir(config, dataDir);
    }
  });
}

/** oclif's commands take the folder from their config; the type calls it read-only. */
function setDataDir(config: Interfaces.Config, path: string): void {
  (config as { dataDir: string }).dataDir = path;
}
