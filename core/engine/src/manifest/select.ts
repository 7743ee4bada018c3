import { fail, nearest } from '@dpone/sdk';
import { answersTo, dependenciesOf, inOrder } from './dependency-graph.js';
import { loadManifest } from './load-manifest.js';
import type { Manifest } from './manifest.js';
import type { ProcessSpec } from './process-spec.js';

export interface SelectOptions {
  /** Also what the selected processes depend on, in this manifest and in others. */
  readonly withDependencies?: boolean;
  /** Every process; `selectors` must then be empty. */
  readonly all?: boolean;
}

/** Other manifests that one run may pull in; more is a mistake. */
const MOST_MANIFESTS = 1000;

/**
 * The processes to run, each after what it depends on.
 * @throws DPONE_SELECTOR where a selector fits nothing, or there are several processes and neither selector nor `all`
 */
export async function select(
  manifest: Manifest,
  selectors: readonly string[],
  options: SelectOptions = {},
): Promise<ProcessSpec[]> {
  const chosen = choose(manifest, selectors, options.all ?? false);
  const { workdir } = manifest.options;
  if (options.withDependencies !== true) return inOrder(chosen, workdir).filter((process) => chosen.includes(process));
  const known = await withOtherManifests(manifest, chosen);
  const needed = new Set(chosen);
  // A set grows while it is walked: dependencies of dependencies are met too.
  for (const process of needed) for (const other of dependenciesOf(process, known, workdir)) needed.add(other);
  return inOrder(
    known.filter((process) => needed.has(process)),
    workdir,
  );
}

function choose(manifest: Manifest, selectors: readonly string[], all: boolean): ProcessSpec[] {
  const { processes } = manifest;
  if (all) {
    if (selectors.length > 0)
      throw fail('DPONE_SELECTOR', 'a selector and "all" exclude each other', { where: manifest.file });
    return [...processes];
  }
  if (selectors.length === 0) {
    if (processes.length === 1) return [...processes];
    throw fail('DPONE_SELECTOR', `the manifest has ${processes.length} processes and none is selected`, {
      where: manifest.file,
      remedy: `Pass --selector with one of: ${names(processes)}; or --all.`,
    });
  }
  const found = selectors.flatMap((selector) => {
    const fits = processes.filter((process) => answersTo(process, selector));
    if (fits.length > 0) return fits;
    const near = nearest(
      selector,
      processes.flatMap((process) => [process.name, process.selector ?? process.name]),
    );
    throw fail(
      'DPONE_SELECTOR',
      `no process answers to the selector "${selector}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      {
        where: manifest.file,
        remedy: `Pass one of: ${names(processes)}.`,
      },
    );
  });
  return processes.filter((process) => found.includes(process));
}

const names = (processes: readonly ProcessSpec[]): string =>
  processes.map((process) => process.selector ?? process.name).join(', ');

/** The manifest's processes and those of every manifest that they, in turn, depend on. */
async function withOtherManifests(manifest: Manifest, chosen: readonly ProcessSpec[]): Promise<ProcessSpec[]> {
  const loaded = new Map([[manifest.path, manifest]]);
  const queue = [...chosen, ...manifest.processes];
  for (const process of queue)
    for (const { path, selector, group } of process.dependsOn) {
      if (path === undefined || loaded.has(path)) continue;
      if (loaded.size >= MOST_MANIFESTS)
        throw fail('DPONE_SELECTOR', `more than ${MOST_MANIFESTS} manifests depend on each other`, {
          where: manifest.file,
        });
      const other = await loadManifest(path, manifest.options);
      loaded.set(path, other);
      if (selector !== undefined && !other.processes.some((candidate) => answersTo(candidate, selector)))
        throw fail('DPONE_SELECTOR', `${process.name} depends on ${other.file}#${selector}, which is not there`, {
          where: process.places['depends_on'] ?? process.manifest,
          remedy: `That manifest has: ${names(other.processes)}${group === undefined ? '' : ` (group ${group})`}.`,
        });
      queue.push(...other.processes);
    }
  return [...loaded.values()].flatMap((one) => one.processes);
}
