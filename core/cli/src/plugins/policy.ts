import { readFile } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { asDponeError, fail } from '@dpone/sdk';
import { z } from 'zod';
import type { PluginSpec } from './plugin-spec.js';

/** `plugins.json` in dpone's config folder. */
const policyFile = z.strictObject({
  allow: z
    .array(z.string())
    .optional()
    .describe('Patterns of package names that may be installed. Default: @dpone/*, file:*.'),
  allowScripts: z
    .array(z.string())
    .optional()
    .describe('Patterns of package names whose install scripts may run. Default: none.'),
});

/** Packages of dpone's own scope, and what lies on this machine already. */
const DEFAULT_ALLOW = ['@dpone/*', 'file:*'];

export interface Policy {
  readonly allow: readonly string[];
  readonly allowScripts: readonly string[];
  /** Where a user adds to it. */
  readonly path: string;
}

/** For what brings nothing in: no package is asked about, and none may run a script. */
export const NO_POLICY: Policy = { allow: [], allowScripts: [], path: '' };

/** The policy of this machine. A file that cannot be read or understood refuses everything. */
export async function readPolicy(
  configDir: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Policy> {
  const path = join(configDir, 'plugins.json');
  const fromEnv = (name: string): string[] =>
    (env[name] ?? '')
      .split(',')
      .map((s) => s.trim())
      .filter((s) => s !== '');
  let file: z.infer<typeof policyFile> = {};
  try {
    file = policyFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ENOENT')
      throw fail('DPONE_PLUGIN_REFUSED', 'the install policy cannot be read, so no plugin is installed', {
        where: path,
        remedy: 'Mend the file: {"allow": ["@dpone/*"], "allowScripts": []}.',
        cause,
      });
  }
  return {
    path,
    allow: [...(file.allow ?? DEFAULT_ALLOW), ...fromEnv('DPONE_PLUGIN_ALLOW')],
    allowScripts: [...(file.allowScripts ?? []), ...fromEnv('DPONE_PLUGIN_ALLOW_SCRIPTS')],
  };
}

const fits = (name: string, patterns: readonly string[]): boolean =>
  patterns.some(
    (pattern) => pattern === '*' || (pattern === 'file:*' && name.startsWith('file:')) || matchesGlob(name, pattern),
  );

/** Returns only where the policy says yes; whatever goes wrong in asking it is a no. */
export function requireAllowed(policy: Policy, spec: PluginSpec): void {
  let allowed: boolean;
  try {
    allowed = fits(spec.name, policy.allow);
  } catch (cause) {
    throw asDponeError(cause, 'DPONE_PLUGIN_REFUSED', `whether ${spec.name} may be installed cannot be decided`);
  }
  if (allowed) return;
  throw fail(
    'DPONE_PLUGIN_REFUSED',
    `the install policy does not allow ${spec.name}; it allows ${policy.allow.join(', ') || 'nothing'}`,
    {
      where: policy.path,
      remedy: `If you trust it: DPONE_PLUGIN_ALLOW='${spec.name}', or add it to "allow" in that file.`,
    },
  );
}

/** Whether npm may run install scripts: only where every package asked for is named by the policy. */
export const scriptsAllowed = (policy: Policy, specs: readonly PluginSpec[]): boolean =>
  specs.length > 0 && specs.every(({ name }) => fits(name, policy.allowScripts));
