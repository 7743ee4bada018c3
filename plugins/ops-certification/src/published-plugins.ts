import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { API_VERSION, fail, isJsonObject, type GateContext, type InstalledPlugin } from '@dpone/sdk';

/** A package of the registry with the keyword of dpone's plugins. */
export interface PublishedPlugin extends InstalledPlugin {
  /** Whether this dpone can load it. */
  readonly compatible: boolean;
}

const KEYWORD = 'dpone-plugin';
const MOST = 250;
const AT_ONCE = 4;
const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

const run = promisify(execFile);

/**
 * Plugins that the configured npm registry has. Asked through npm itself, so that its settings hold: registry, scopes,
 * credentials, proxies.
 */
export async function publishedPlugins(ctx: Pick<GateContext, 'cwd' | 'env'>): Promise<PublishedPlugin[]> {
  const found = await npm(ctx, ['search', `keywords:${KEYWORD}`, `--searchlimit=${MOST}`]);
  const packages = (Array.isArray(found) ? (found as unknown[]) : []).filter(hasKeyword);
  const names = packages.map(({ name }) => name).sort();
  const plugins: PublishedPlugin[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE)
    plugins.push(...(await Promise.all(names.slice(at, at + AT_ONCE).map((name) => described(ctx, name)))));
  return plugins;
}

/** A registry's search is a search for words: what lacks the keyword is no plugin. */
function hasKeyword(entry: unknown): entry is { readonly name: string } {
  if (!isJsonObject(entry)) return false;
  const { name, keywords } = entry;
  return typeof name === 'string' && NAME.test(name) && Array.isArray(keywords) && keywords.includes(KEYWORD);
}

async function described(ctx: Pick<GateContext, 'cwd' | 'env'>, name: string): Promise<PublishedPlugin> {
  const said = await npm(ctx, ['view', name, 'version', 'description', 'homepage', 'dpone']);
  const view = isJsonObject(said) ? said : {};
  const block = isJsonObject(view['dpone']) ? view['dpone'] : {};
  const provides = Array.isArray(block['provides']) ? (block['provides'] as unknown[]) : [];
  return {
    name,
    version: textOf(view['version']) ?? '',
    description: textOf(view['description']) ?? '',
    homepage: textOf(view['homepage']),
    provides: provides.filter((id) => typeof id === 'string'),
    compatible: block['apiVersion'] === API_VERSION,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

async function npm({ cwd, env }: Pick<GateContext, 'cwd' | 'env'>, args: readonly string[]): Promise<unknown> {
  const registry = env['DPONE_NPM_REGISTRY'];
  const from = registry === undefined || registry === '' ? [] : [`--registry=${registry}`];
  const windows = env['OS'] === 'Windows_NT';
  try {
    const { stdout } = await run('npm', [...args, '--json', '--loglevel=silent', ...from], {
      cwd,
      env: { ...env },
      shell: windows,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim() === '' ? null : JSON.parse(stdout);
  } catch (error) {
    throw fail('DPONE_CONNECTION_FAILED', 'The npm registry did not answer.', {
      where: `npm ${args.slice(0, 2).join(' ')}`,
      remedy: 'Check the network, and the registry that npm or DPONE_NPM_REGISTRY names.',
      cause: error,
    });
  }
}
