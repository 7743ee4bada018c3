import { cellText, isJsonObject, type JsonObject } from '@dpone/sdk';
import type { Project, Requirement } from './project.js';

/** A project from its `package.json`: everything that its lock file installs, or what it declares where it has none. */
export function nodeProject(manifest: string, lock: string | undefined): Project | undefined {
  const value: unknown = JSON.parse(manifest);
  if (!isJsonObject(value) || typeof value['name'] !== 'string') return undefined;
  return {
    name: value['name'],
    version: typeof value['version'] === 'string' ? value['version'] : 'unknown',
    requirements: lock === undefined ? declared(value) : installed(JSON.parse(lock)),
  };
}

const purlOf = (name: string, version: string): string =>
  `pkg:npm/${name.startsWith('@') ? `%40${name.slice(1)}` : name}@${encodeURIComponent(version)}`;

const requirement = (name: string, version: string, optional: boolean): Requirement => ({
  name,
  version,
  scope: optional ? 'optional' : 'required',
  purl: purlOf(name, version),
});

function declared(value: JsonObject): Requirement[] {
  return (['dependencies', 'optionalDependencies'] as const).flatMap((key) => {
    const list = value[key];
    return Object.entries(isJsonObject(list) ? list : {}).map(([name, range]) =>
      requirement(name, cellText(range), key === 'optionalDependencies'),
    );
  });
}

/** Packages below `node_modules` of a lock file of version 2 or 3, less what only development needs. */
function installed(lock: unknown): Requirement[] {
  const packages = isJsonObject(lock) && isJsonObject(lock['packages']) ? lock['packages'] : {};
  const found = new Map<string, Requirement>();
  for (const [path, entry] of Object.entries(packages)) {
    const at = path.lastIndexOf('node_modules/');
    if (at === -1 || !isJsonObject(entry) || entry['dev'] === true || entry['link'] === true) continue;
    const name = typeof entry['name'] === 'string' ? entry['name'] : path.slice(at + 'node_modules/'.length);
    const one = requirement(name, cellText(entry['version'] ?? 'unknown'), entry['optional'] === true);
    found.set(one.purl, one);
  }
  return [...found.values()];
}
