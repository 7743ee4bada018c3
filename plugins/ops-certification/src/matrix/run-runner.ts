import { spawn } from 'node:child_process';
import { fail, type GateContext } from '@dpone/sdk';
import type { LoadRequest } from './loaded-report.js';

/** Runs the command that loads the cases, to its end; what it prints goes to standard error. Gives its exit code. */
export function runRunner(request: LoadRequest, runId: string, ctx: Pick<GateContext, 'cwd' | 'env'>): Promise<number> {
  const command = request.runner ?? ctx.env['DPONE_MATRIX_RUNNER'];
  if (command === undefined || command.trim() === '')
    throw fail('DPONE_USAGE', `The mode ${request.mode} loads every case, and no command is named that does.`, {
      where: '--runner, DPONE_MATRIX_RUNNER',
      remedy: "Name one, such as --runner 'npm run --silent matrix', or choose the mode mock_contract.",
    });
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      cwd: ctx.cwd,
      env: { ...ctx.env, ...variablesOf(request, runId) },
      // The report alone is on standard output.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
}

/** What a runner is told. A flag stands above what the environment says already. */
function variablesOf({ mode, folder, workload, chosen }: LoadRequest, runId: string): Record<string, string> {
  const { source, sink, strategy } = chosen;
  return {
    DPONE_MATRIX_RUN_MODE: mode,
    DPONE_MATRIX_RUN_ID: runId,
    DPONE_MATRIX_ARTIFACT_DIR: folder,
    DPONE_MATRIX_ROW_COUNT: `${workload.rows}`,
    DPONE_MATRIX_MOCK_ROW_COUNT: '',
    DPONE_MATRIX_CHANGE_RATIO: `${workload.changeRatio}`,
    DPONE_MATRIX_DELETE_RATIO: `${workload.deleteRatio}`,
    ...(source === undefined ? {} : { DPONE_MATRIX_SOURCE: source }),
    ...(sink === undefined ? {} : { DPONE_MATRIX_SINK: sink }),
    ...(strategy === undefined ? {} : { DPONE_MATRIX_STRATEGY: strategy }),
  };
}
