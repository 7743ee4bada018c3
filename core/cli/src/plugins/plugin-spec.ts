import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fail } from '@dpone/sdk';

/** What a user asked for, as the policy judges it and as npm takes it. */
export interface PluginSpec {
  /** The package's name, `file:<absolute path>`, or the URL. */
  readonly name: string;
  /** What is handed to the installer. */
  readonly request: string;
}

const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * Reads `@scope/name[@tag]`, `npm:name[@tag]`, `file:path`, `./path.tgz`, a URL, or a short name. A short name means
 * dpone's own connector of that name and nothing else: it never becomes a public package that happens to be called so.
 * @example `clickhouse` -> `@dpone/connector-clickhouse`
 */
export function pluginSpec(asked: string, cwd: string): PluginSpec {
  if (asked.startsWith('file:') || asked.startsWith('.') || asked.startsWith('/')) return localSpec(asked, cwd);
  if (/^(?:https?|git|git\+[a-z]+|ssh|github|gitlab|bitbucket):/.test(asked)) return { name: asked, request: asked };
  const explicit = asked.startsWith('npm:');
  const text = explicit ? asked.slice('npm:'.length) : asked;
  const at = text.indexOf('@', 1);
  const name = at < 0 ? text : text.slice(0, at);
  const tag = at < 0 ? '' : text.slice(at);
  if (!PACKAGE.test(name))
    throw fail('DPONE_USAGE', `"${asked}" is no name of a plugin`, {
      remedy: 'Write a name (clickhouse), a package (@dpone/connector-clickhouse@1.2.3), npm:NAME, file:PATH or a URL.',
    });
  const full = explicit || name.startsWith('@') ? name : `@dpone/connector-${name}`;
  return { name: full, request: `${full}${tag}` };
}

/** A plugin's folder or tarball on this machine. Throws DPONE_FILE_NOT_FOUND where nothing is there. */
export function localSpec(asked: string, cwd: string): PluginSpec {
  const path = resolve(cwd, asked.replace(/^file:/, ''));
  if (!existsSync(path)) throw fail('DPONE_FILE_NOT_FOUND', `there is no plugin at ${path}`, { where: asked });
  return { name: `file:${path}`, request: `file:${path}` };
}

interface InstalledPackage {
  readonly oclif?: {
    readonly plugins?: readonly {
      readonly type: string;
      readonly name: string;
      readonly url?: string;
      readonly tag?: string;
    }[];
  };
}

/** What an update fetches anew, as it was asked for when it was installed. */
export async function installedSpecs(dataDir: string): Promise<PluginSpec[]> {
  const text = await readFile(join(dataDir, 'package.json'), 'utf8').catch(() => '{}');
  const { oclif } = JSON.parse(text) as InstalledPackage;
  return (oclif?.plugins ?? [])
    .filter(({ type }) => type === 'user')
    .map(({ name, url, tag = 'latest' }) => ({ name: url ?? name, request: url ?? `${name}@${tag}` }));
}
