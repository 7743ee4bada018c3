import { isJsonObject, type JsonObject } from '@dpone/sdk';
import { parse } from 'smol-toml';
import type { Project, Requirement } from './project.js';

/** A project from its `pyproject.toml`, with the versions of its lock file where it has one. */
export function pythonProject(manifest: string, lock: string | undefined): Project | undefined {
  const { project } = tomlOf(manifest);
  if (!isJsonObject(project) || typeof project['name'] !== 'string') return undefined;
  const locked = lock === undefined ? new Map<string, string>() : lockedVersions(tomlOf(lock));
  const optional = isJsonObject(project['optional-dependencies']) ? project['optional-dependencies'] : {};
  const scoped = [
    ...textsOf(project['dependencies']).map((text) => [text, 'runtime'] as const),
    ...Object.entries(optional).flatMap(([extra, list]) =>
      textsOf(list).map((text) => [text, `optional:${extra}`] as const),
    ),
  ];
  return {
    name: project['name'],
    version: typeof project['version'] === 'string' ? project['version'] : 'unknown',
    requirements: scoped.map(([text, scope]) => requirementOf(text, scope, locked)),
  };
}

const tomlOf = (text: string): JsonObject => parse(text) as unknown as JsonObject;

const textsOf = (list: unknown): string[] =>
  Array.isArray(list) ? (list as unknown[]).filter((item) => typeof item === 'string') : [];

function requirementOf(text: string, scope: string, locked: ReadonlyMap<string, string>): Requirement {
  const name = text.split(/[<>=!~;[]/, 1)[0]!.trim();
  const version = locked.get(normal(name));
  const purl = `pkg:pypi/${encodeURIComponent(normal(name.split('@', 1)[0]!.trim()))}`;
  return { name, version: version ?? text, scope, purl: version === undefined ? purl : `${purl}@${version}` };
}

/** Names of packages are the same whatever their case and separators: https://peps.python.org/pep-0503/ */
const normal = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

/** `uv.lock` and `poetry.lock` list packages alike. */
function lockedVersions(lock: JsonObject): ReadonlyMap<string, string> {
  const packages = Array.isArray(lock['package']) ? (lock['package'] as unknown[]).filter(isJsonObject) : [];
  return new Map(
    packages.flatMap(({ name, version }): [string, string][] =>
      typeof name === 'string' && typeof version === 'string' ? [[normal(name), version]] : [],
    ),
  );
}
