import { fail } from '@dpone/sdk';
import { resolve } from 'node:path';
import type { DependencySpec, ProcessSpec } from './process-spec.js';

/** Whether a process answers to a name: its selector, or its own name. */
export const answersTo = (process: ProcessSpec, name: string): boolean =>
  process.selector === name || process.name === name;

/** What a dependency means among processes of one manifest. */
function fitting(dependency: DependencySpec, among: readonly ProcessSpec[]): readonly ProcessSpec[] {
  if (dependency.selector !== undefined) return among.filter((process) => answersTo(process, dependency.selector!));
  if (dependency.group === undefined) return among;
  const group = among.filter((process) => process.taskGroup === dependency.group);
  return group.length > 0 ? group : among.filter((process) => answersTo(process, dependency.group!));
}

/** The processes that must run before one, among those given; without `path` only its own manifest's count. */
export function dependenciesOf(process: ProcessSpec, among: readonly ProcessSpec[], workdir = '.'): ProcessSpec[] {
  const found = process.dependsOn.flatMap((dependency) => {
    const own = dependency.path === undefined;
    const path = own ? resolve(workdir, process.manifest) : dependency.path;
    return fitting(
      dependency,
      among.filter((other) => resolve(workdir, other.manifest) === path),
    ).filter(
      // Depending on a group, or on a whole file, that one is part of, means its others.
      (other) =>
        other !== process ||
        dependency.selector !== undefined ||
        (dependency.group !== undefined && other.taskGroup !== dependency.group),
    );
  });
  return [...new Set(found)];
}

/** A circle of processes that depend on each other, in the order of dependence; null where there is none. */
export function findCycle(processes: readonly ProcessSpec[], workdir?: string): readonly ProcessSpec[] | null {
  const done = new Set<ProcessSpec>();
  for (const start of processes) {
    // A walk with its own stack: a chain of thousands of tables must not end the program's.
    const walk: { process: ProcessSpec; next: ProcessSpec[] }[] = [];
    const enter = (process: ProcessSpec): void =>
      void walk.push({ process, next: dependenciesOf(process, processes, workdir) });
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
export function inOrder(processes: readonly ProcessSpec[], workdir?: string): ProcessSpec[] {
  const cycle = findCycle(processes, workdir);
  if (cycle !== null)
    throw fail(
      'DPONE_DEPENDENCY_CYCLE',
      `processes depend on each other in a circle: ${[...cycle, cycle[0]!].map((process) => process.name).join(' -> ')}`,
      { where: cycle[0]!.places['depends_on'] ?? cycle[0]!.manifest },
    );
  const ordered = new Set<ProcessSpec>();
  for (const start of processes) {
    const pending = [start];
    while (pending.length > 0) {
      const process = pending.at(-1)!;
      const missing = dependenciesOf(process, processes, workdir).filter((other) => !ordered.has(other));
      if (missing.length > 0 && !ordered.has(process)) pending.push(...missing.reverse());
      else {
        ordered.add(process);
        pending.pop();
      }
    }
  }
  return [...ordered];
}
