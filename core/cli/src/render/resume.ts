import type { ResumeResult } from '@dpone/engine';
import { runText } from './run-result.js';

export function resumeText(result: ResumeResult, format: string): string {
  const again = result.again.map(({ process, reason, failed_stage: step }) => {
    const at = step === null ? '' : ` at ${step}`;
    return `${process}: ${result.mode === 'plan' ? 'would be' : 'was'} run again, it ${reason}${at}`;
  });
  const lines = [
    `run ${result.run_id}`,
    ...result.committed.map((process) => `${process}: committed before; not run again`),
    ...again,
  ];
  if (result.mode === 'plan') lines.push('Nothing was run. Leave --plan away to do it.');
  const report = result.processes.length === 0 ? [] : ['', runText(result, format)];
  return [...lines, ...report].join(format === 'md' ? '  \n' : '\n');
}
