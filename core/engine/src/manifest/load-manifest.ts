import { fail, isSecretName } from '@dpone/sdk';
import { resolve } from 'node:path';
import { applyConventions } from './batch/conventions.js';
import type { compileBatch as CompileBatch, CompiledProcess } from './batch/compile-batch.js';
import { applyRegistries } from './batch/registry.js';
import { findCycle } from './dependency-graph.js';
import { Issues, issuesError } from './issue.js';
import type { LoadAttempt, LoadOptions, Manifest, ManifestKind } from './manifest.js';
import type { ProcessSpec } from './process-spec.js';
import { child, originAt, place, plain, type MapNode, type Path } from './read/node.js';
import { displayPath, readMap } from './read/read-document.js';
import { resolveReferences } from './references.js';
import { batchSchema, type ParsedValidation } from './schema/batch-schema.js';
import { zodIssues } from './schema/zod-issues.js';
import { buildSpec } from './spec/build-spec.js';

const KINDS: readonly ManifestKind[] = ['dpone.single.v1', 'dpone.batch.v1'];

/**
 * Reads a manifest (YAML, JSON, TypeScript or JavaScript) and everything that it names.
 * @throws one error for all that is wrong with it: DPONE_MANIFEST_SYNTAX, _INVALID, _UNKNOWN_KEY, _TEMPLATE, _VARIABLE,
 * DPONE_OPTION_CONFLICT, DPONE_DEPENDENCY_CYCLE, DPONE_FILE_NOT_FOUND or _UNREADABLE, DPONE_NODE_VERSION
 * @example const manifest = await loadManifest('manifests/orders.yml', { workdir: process.cwd(), env: process.env });
 */
export async function loadManifest(path: string, options: LoadOptions = {}): Promise<Manifest> {
  const { manifest, issues } = await attemptLoad(path, options);
  if (issues.length > 0) throw issuesError(issues);
  return manifest;
}

/** As {@link loadManifest}, but what is wrong with keys and values is listed rather than thrown; what cannot be read at all is thrown. */
export async function attemptLoad(path: string, options: LoadOptions): Promise<LoadAttempt> {
  const workdir = resolve(options.workdir ?? '.');
  const env = options.env ?? process.env;
  const absolute = resolve(workdir, path);
  const file = displayPath(absolute, workdir);
  const fromEnv = (env['DPONE_SOURCES_REGISTRY'] ?? '')
    .split(',')
    .flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]));
  const settled: Required<LoadOptions> = {
    workdir,
    env,
    registryPaths: [...fromEnv, ...(options.registryPaths ?? [])],
  };
  const issues = new Issues();

  const read = await readMap(absolute, file, 'manifest');
  const kind = kindOf(read);
  const frame = kind === 'dpone.batch.v1' ? await readFrame(read, absolute, settled, issues) : null;
  if (frame !== null && issues.list.length > 0)
    return { manifest: empty(absolute, file, kind, settled), issues: issues.list };
  const compiled: readonly CompiledProcess[] =
    frame === null ? [{ selector: '', node: read }] : await compiledProcesses(frame.root, absolute, file, env, issues);

  const processes: ProcessSpec[] = [];
  const trees = new Map<string, MapNode>();
  for (const { selector, node } of compiled) {
    const spec = buildSpec(node, frame === null ? null : selector, { path: absolute, file, env, issues });
    if (spec === null) continue;
    const twin = processes.find((process) => process.name === spec.name);
    if (twin !== undefined) {
      issues.add({
        code: 'DPONE_MANIFEST_INVALID',
        message: `two processes are named ${spec.name}: ${twin.selector} and ${spec.selector}`,
        place: place(originAt(node, ['name'])),
        path: 'name',
        remedy: 'Change naming.process_name, or give overrides.name.',
      });
      continue;
    }
    processes.push(spec);
    trees.set(spec.name, node);
  }
  reportCycle(processes, workdir, issues);
  const warnings = [...new Set(processes.flatMap((process) => process.warnings))];
  return {
    manifest: {
      path: absolute,
      file,
      kind,
      processes,
      warnings,
      validation: frame?.validation ?? null,
      options: settled,
      trees,
    },
    issues: issues.list,
  };
}

/** Loads the compiler, and with it the template library, only for the manifests that need them. */
async function compiledProcesses(...call: Parameters<typeof CompileBatch>): Promise<CompiledProcess[]> {
  const { compileBatch } = await import('./batch/compile-batch.js');
  return compileBatch(...call);
}

function kindOf(root: MapNode): ManifestKind {
  const node = child(root, 'kind');
  if (node === undefined) return 'dpone.single.v1';
  const kind = KINDS.find((known) => node.kind === 'scalar' && node.value === known);
  if (kind !== undefined) return kind;
  throw fail('DPONE_MANIFEST_INVALID', `kind must be ${KINDS.join(' or ')}`, {
    where: place(originAt(root, ['kind'])),
  });
}

/** The frame of a batch manifest: conventions and registries laid under it, its own keys checked. */
async function readFrame(
  read: MapNode,
  path: string,
  { workdir, env, registryPaths }: Required<LoadOptions>,
  issues: Issues,
): Promise<{ root: MapNode; validation: ParsedValidation | null }> {
  // Variables of the environment are needed now, before templates run; those under secret names stay references.
  const early = (root: MapNode): MapNode => resolveReferences(root, env, issues.add, (at) => !isEarly(at)) as MapNode;
  const root = early(await applyConventions(early(read), path, workdir));
  const parsed = batchSchema.safeParse(
    Object.fromEntries(Object.entries(plain(root) as object).filter(([key]) => !key.startsWith('x-'))),
  );
  if (!parsed.success) {
    zodIssues(parsed.error.issues, root).forEach(issues.add);
    return { root, validation: null };
  }
  return {
    root: await applyRegistries(root, path, workdir, registryPaths),
    validation: parsed.data.validation ?? null,
  };
}

const EARLY = new Set(['convention', 'conventions', 'registry', 'registries']);

function isEarly(path: Path): boolean {
  if (EARLY.has(String(path[0]))) return true;
  const inVars =
    path[0] === 'vars' ||
    (path[0] === 'schemas' && (path[2] === 'vars' || (path[2] === 'tables' && path[4] === 'vars')));
  return inVars && !path.some((step) => isSecretName(String(step)));
}

function reportCycle(processes: readonly ProcessSpec[], workdir: string, issues: Issues): void {
  const cycle = findCycle(processes, workdir);
  if (cycle === null) return;
  issues.add({
    code: 'DPONE_DEPENDENCY_CYCLE',
    message: `processes depend on each other in a circle: ${[...cycle, cycle[0]!].map((process) => process.name).join(' -> ')}`,
    place: cycle[0]!.places['depends_on'] ?? cycle[0]!.manifest,
    path: 'depends_on',
  });
}

const empty = (path: string, file: string, kind: ManifestKind, options: Required<LoadOptions>): Manifest => ({
  path,
  file,
  kind,
  processes: [],
  warnings: [],
  validation: null,
  options,
  trees: new Map(),
});
