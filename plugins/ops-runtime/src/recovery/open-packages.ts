import { byName, fail, plainPath, type JsonObject, type Receipt } from '@dpone/sdk';
import { openLoads } from '../packages/open-load.js';
import { shellLine } from '../shell-words.js';
import { runAgain } from './failed-runs.js';
import type { Finding } from './finding.js';
import { readFolder, textOf } from './read-folder.js';

const OPEN: ReadonlySet<string> = new Set(['started', 'staged']);
const KNOWN: ReadonlySet<string> = new Set([...OPEN, 'committed', 'failed', 'cancelled']);

function statusOf(value: JsonObject, loadId: string): string {
  const status = textOf(value, ['status'], '');
  if (KNOWN.has(status)) return status;
  throw fail('DPONE_INPUT_INVALID', `The load package ${loadId} does not say how it stands.`, {
    remedy: 'Its status is one of started, staged, committed, failed, cancelled.',
  });
}

/** How the target says that a load ended. */
export interface Proof {
  readonly process: string;
  readonly manifest: string;
  readonly selector: string;
  receipt(loadId: string): Promise<Receipt | null>;
}

/** Packages that nobody has closed, and failed ones whose target no later load has reached. */
export async function openPackages(cwd: string, folder: string, proof: Proof | undefined): Promise<Finding[]> {
  const packages = (await readFolder(cwd, folder, '.json')).map(({ value }) => value);
  const known = new Set(packages.map((value) => textOf(value, ['load_id'], 'unknown_load')));
  const begun = (await openLoads(cwd, folder)).filter((loadId) => !known.has(loadId));
  const findings = await Promise.all(packages.map((value) => finding(value, packages, folder, proof)));
  return [
    ...findings.filter((found) => found !== null),
    ...begun.map((loadId) => ({
      kind: 'uncommitted_load' as const,
      reason: `load \`${loadId}\` was begun and left no package`,
      action: 'run_again',
      command: 'dpone run MANIFEST',
      loadId,
    })),
  ];
}

async function finding(
  value: JsonObject,
  all: readonly JsonObject[],
  folder: string,
  proof: Proof | undefined,
): Promise<Finding | null> {
  const loadId = textOf(value, ['load_id'], 'unknown_load');
  const target = textOf(value, ['target'], 'unknown_target');
  const status = statusOf(value, loadId);
  const reason = `load package \`${loadId}\` for \`${target}\` is \`${status}\``;
  if (status === 'failed' && !all.some((other) => overtakes(other, value)))
    return { kind: 'failed_load', reason, action: 'run_again', command: again(value, proof), loadId };
  if (!OPEN.has(status)) return null;
  const process = textOf(value, ['process'], '');
  if (process === '') {
    const command = ['dpone', 'ops', 'package-commit', '--dir', plainPath(folder), '--load-id', loadId];
    return {
      kind: 'uncommitted_load',
      reason,
      action: 'rollback_or_commit_load_package',
      command: `${shellLine(command)} --rows-loaded ROWS`,
      loadId,
    };
  }
  const ended = proof?.process === process ? await proof.receipt(loadId) : undefined;
  const action =
    ended === undefined
      ? 'run_again_to_settle_the_load'
      : ended === null
        ? 'run_again_the_load_is_not_in_the_target'
        : 'run_again_the_load_is_in_the_target';
  return { kind: 'uncommitted_load', reason, action, command: again(value, proof), loadId };
}

/** A later load of the same target that committed: what failed is mended. */
function overtakes(other: JsonObject, failed: JsonObject): boolean {
  const at = (value: JsonObject): string => textOf(value, ['updated_at', 'started_at'], '');
  const same = ['target', 'process'].every((key) => other[key] === failed[key]);
  return same && other['status'] === 'committed' && byName(at(other), at(failed)) > 0;
}

function again(value: JsonObject, proof: Proof | undefined): string {
  const process = textOf(value, ['process'], '');
  if (proof !== undefined && proof.process === process) return runAgain(proof.manifest, proof.selector);
  return process === '' ? 'dpone run MANIFEST' : shellLine(['dpone', 'run', 'MANIFEST', '--selector', process]);
}
