import { fail } from '@dpone/sdk';
import { resolve } from 'node:path';
import type { DependencySpec, ProcessSpec } from './process-spec.js';

/** Whether a process answers to a name: its selector, or its own name. */
export const answersTo = (process: ProcessSpec, name: string): boolean =>
  process.selector === name || process.name === name;

/** The processes that must run before a given one. */
type Dependencies = (process: ProcessSpec) => ProcessSpec[];

/** Looks dependencies up among processes that may be of several manifests. */
function lookUp(among: readonly ProcessSpec[], workdir: string): Dependencies {
  const meant = lookUpEach(among, workdir);
  return (process) => [...new Set(process.dependsOn.flatMap((dependency) => meant(process, dependency)))];
}

/** Which processes one entry of a process's `depends_on` means. */
export function lookUpEach(
  among: readonly ProcessSpec[],
  workdir: string,
): (process: ProcessSpec, dependency: DependencySpec) => readonly ProcessSpec[] {
  const manifests = new Map<string, ProcessSpec[]>();
  for (const process of among) {
    const path = resolve(workdir, process.manifest);
    const processes = manifests.get(path);
    if (processes === undefined) manifests.set(path, [process]);
    else processes.push(process);
  }
  const byName = new Map<string, Map<string, ProcessSpec[]>>();
  for (const [path, processes] of manifests) byName.set(path, indexOf(processes));
  const fitting = (dependency: DependencySpec, path: string): readonly ProcessSpec[] => {
    const { selector, group } = dependency;
    const index = byName.get(path);
    if (selector !== undefined) return index?.get(`name ${selector}`) ?? [];
    if (group !== undefined) return index?.get(`group ${group}`) ?? index?.get(`name ${group}`) ?? [];
    return manifests.get(path) ?? [];
  };
  return (process, dependency) =>
    fitting(dependency, dependency.path ?? resolve(workdir, process.manifest)).filter(
      // Depending on a group, or on a whole file, that one is part of, means its others.
      (other) =>
        other !== process ||
        dependency.selector !== undefined ||
        (dependency.group !== undefined && other.taskGroup !== dependency.group),
    );
}

/** Processes by what they answer to, and by task group. */
function indexOf(processes: readonly ProcessSpec[]): Map<string, ProcessSpec[]> {
  const index = new Map<string, ProcessSpec[]>();
  for (const process of processes) {
    const names = new Set([process.name, ...(process.selector === null ? [] : [process.selector])]);
    const keys = [
      ...[...names].map((name) => `name ${name}`),
      ...(process.taskGroup === undefined ? [] : [`group ${process.taskGroup}`]),
    ];
    for (const key of keys) {
      const fits = index.get(key);
      if (fits === undefined) index.set(key, [process]);
      else fits.push(process);
    }
  }
  return index;
}

/** The processes that must run before one, among those given (of this manifest, or of others loaded with it). */
export const dependenciesOf = (process: ProcessSpec, among: readonly ProcessSpec[], workdir = '.'): ProcessSpec[] =>
  lookUp(among, workdir)(process);

/** A circle of processes that depend on each other, in the order of dependence; null where there is none. */
export function findCycle(processes: readonly ProcessSpec[], workdir = '.'): readonly ProcessSpec[] | null {
  const dependencies = lookUp(processes, workdir);
  const done = new Set<ProcessSpec>();
  for (const start of processes) {
    // A walk with its own stack: a chain of thousands of tables must not end the program's.
    const walk: { process: ProcessSpec; next: ProcessSpec[] }[] = [];
    const enter = (process: ProcessSpec): void => void walk.push({ process, next: dependencies(process) });
    if (!done.has(start)) enter(start);
    while (walk.length > 0) {
      const top = walk.at(-1)!;
      const next = top.next.shift();
      if (next === undefined) {
        done.add(top.process);
        walk.pop();
        continue;
      }
      const seen = walk.findIndex((step) => step.process === next);
      if (seen >= 0) return walk.slice(seen).map((step) => step.process);
      if (!done.has(next)) enter(next);
    }
  }
  return null;
}

/** The processes so that each comes after what it depends on, else in the order given. Throws DPONE_DEPENDENCY_CYCLE. */
export function inOrder(processes: readonly ProcessSpec[], workdir = '.'): ProcessSpec[] {
  const cycle = findCycle(processes, workdir);
  if (cycle !== null)
    throw fail(
      'DPONE_DEPENDENCY_CYCLE',
      `processes depend on each other in a circle: ${[...cycle, cycle[0]!].map((process) => process.name).join(' -> ')}`,
      { where: cycle[0]!.places['depends_on'] ?? cycle[0]!.manifest },
    );
  const dependencies = lookUp(processes, workdir);
  const ordered = new Set<ProcessSpec>();
  for (const start of processes) {
    const pending = [start];
    while (pending.length > 0) {
      const process = pending.at(-1)!;
      const missing = dependencies(process).filter((other) => !ordered.has(other));
      if (missing.length > 0 && !ordered.has(process)) pending.push(...missing.reverse());
      else {
        ordered.add(process);
        pending.pop();
      }
    }
  }
  return [...ordered];
}
