import { fail } from '@dpone/sdk';
import { modeOf, workloadOf, type MatrixMode, type Workload } from '@dpone/ops-certification';
import { resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a run of the matrix loads, and where it writes what came of it. */
export interface MatrixSettings {
  readonly mode: Exclude<MatrixMode, 'mock_contract'>;
  /** Names this run in everything that it writes, so that files of an earlier one are known as such. */
  readonly runId: string;
  readonly folder: string;
  readonly workload: Workload;
  /** What is chosen of each; undefined is all of it. */
  readonly chosen: Readonly<Record<Choice, readonly string[] | undefined>>;
}

export type Choice = 'source' | 'sink' | 'strategy' | 'case_id';

const VARIABLES: Readonly<Record<Choice, string>> = {
  source: 'DPONE_MATRIX_SOURCE',
  sink: 'DPONE_MATRIX_SINK',
  strategy: 'DPONE_MATRIX_STRATEGY',
  case_id: 'DPONE_MATRIX_CASE_ID',
};

/** What has to be said before real servers are started or used. */
const CONSENT = {
  mock_local: [],
  real_local: ['DPONE_RUN_INTEGRATION', 'DPONE_RUN_INTEGRATION_MATRIX'],
  vendor_live: ['DPONE_RUN_INTEGRATION', 'DPONE_RUN_INTEGRATION_MATRIX', 'DPONE_RUN_INTEGRATION_LIVE'],
} as const;

/**
 * The settings that `DPONE_MATRIX_*` and `DPONE_RUN_INTEGRATION*` hold.
 * @throws DPONE_USAGE where one is wrong, or where a mode that uses real servers was not agreed to.
 */
export function settingsOf(env: Environment, cwd: string): MatrixSettings {
  const mode = modeOf({ DPONE_MATRIX_RUN_MODE: 'mock_local', ...env });
  if (mode === 'mock_contract')
    throw fail('DPONE_USAGE', 'The mode mock_contract loads nothing.', {
      where: 'DPONE_MATRIX_RUN_MODE',
      remedy: 'Call dpone ops certification-run, which works out what each case has to give.',
    });
  const unsaid = CONSENT[mode].filter((name) => env[name] !== '1');
  if (unsaid.length > 0)
    throw fail('DPONE_USAGE', `The mode ${mode} uses real servers, which nobody agreed to.`, {
      where: unsaid.join(', '),
      remedy: `Set ${unsaid.map((name) => `${name}=1`).join(' ')}.`,
    });
  return {
    mode,
    runId: env['DPONE_MATRIX_RUN_ID'] || `matrix_${process.pid}`,
    folder: resolve(cwd, env['DPONE_MATRIX_ARTIFACT_DIR'] || 'test_artifacts/integration_matrix'),
    workload: workloadOf(undefined, env),
    chosen: Object.fromEntries(
      Object.entries(VARIABLES).map(([choice, name]) => [choice, listOf(env[name])]),
    ) as MatrixSettings['chosen'],
  };
}

/** A comma list; empty or `*` is everything. */
function listOf(text: string | undefined): readonly string[] | undefined {
  const names = (text ?? '').split(',').flatMap((name) => name.trim() || []);
  return names.length === 0 || names.includes('*') ? undefined : names;
}

export const variableOf = (choice: Choice): string => VARIABLES[choice];
