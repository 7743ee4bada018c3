import type { OrchestrateReport, RunResult } from '@dpone/engine';
import { runText } from './run-result.js';

interface Given {
  readonly manifest: string;
  readonly selector?: readonly string[] | undefined;
  readonly all: boolean;
  readonly 'with-dependencies': boolean;
  readonly registry?: readonly string[] | undefined;
  readonly 'concurrency-key'?: string | undefined;
  readonly 'resume-policy': string;
  readonly 'retry-attempts': number;
  readonly 'retry-backoff-seconds': number;
}

/** The command for a scheduler: what was given, less what belongs to one run. */
export function commandWords(given: Given): string[] {
  const key = given['concurrency-key'];
  return [
    'dpone',
    'orchestrate',
    'run',
    '--manifest',
    given.manifest,
    ...(given.selector ?? []).flatMap((name) => ['--selector', name]),
    ...(given.all ? ['--all'] : []),
    ...(given['with-dependencies'] ? ['--with-dependencies'] : []),
    ...(given.registry ?? []).flatMap((path) => ['--registry', path]),
    ...(key === undefined ? [] : ['--concurrency-key', key]),
    '--resume-policy',
    given['resume-policy'],
    ...(given['retry-attempts'] === 0 ? [] : ['--retry-attempts', String(given['retry-attempts'])]),
    ...(given['retry-backoff-seconds'] === 0
      ? []
      : ['--retry-backoff-seconds', String(given['retry-backoff-seconds'])]),
  ];
}

const WORDS: Readonly<Record<OrchestrateReport['status'], string>> = {
  committed: 'done',
  already_committed: 'done before',
  failed: 'failed',
  blocked: 'not begun',
};

const lines = (report: OrchestrateReport): string[] => [
  ...report.blockers.map((blocker) => `blocked: ${blocker}`),
  ...report.warnings.map((warning) => `warning: ${warning}`),
];

/** The result of the run inside, where one ran. */
function inside(report: OrchestrateReport, format: string): string[] {
  const result = report.run_result as unknown as Partial<RunResult> | null;
  return result?.processes === undefined || result.processes.length === 0
    ? errorLines(report)
    : [runText(result as RunResult, format)];
}

function errorLines({ run_result: result }: OrchestrateReport): string[] {
  const { error } = (result ?? {}) as {
    readonly error?: { readonly code: string; readonly message: string; readonly remedy: string };
  };
  return error === undefined ? [] : [`${error.code}: ${error.message}`, `→ ${error.remedy}`];
}

export const orchestrateText = (report: OrchestrateReport): string =>
  [
    `job ${report.lock_key}: ${WORDS[report.status]} (run ${report.run_id})`,
    ...lines(report),
    ...inside(report, 'text'),
  ].join('\n');

export function orchestrateMarkdown(report: OrchestrateReport): string {
  const { scheduler_handoff: handoff, job_state: state } = report;
  const list = lines(report).map((line) => `- ${line}`);
  return [
    `# dpone job ${report.lock_key}: ${WORDS[report.status]}`,
    '',
    `- run: \`${report.run_id}\``,
    `- processes: ${report.process}`,
    `- began as: ${report.began_as ?? '-'}`,
    `- attempt: ${state?.attempt ?? '-'}`,
    `- lock: ${report.lock_acquired ? `taken${report.stale_lock_replaced ? ' over from an owner that died' : ''}` : 'held by another'}`,
    ...list,
    '',
    ...inside(report, 'md').flatMap((text) => [text, '']),
    '## For a scheduler',
    '',
    '```sh',
    handoff.cron_command,
    '```',
  ].join('\n');
}
