import type { FollowResult, ProcessResult } from '@dpone/engine';
import type { Format } from '../dpone-command.js';
import { runText } from './run-result.js';
import { count, duration } from './units.js';
import { wrap } from './wrap.js';

/** One load of a run that follows: a line of JSON, or a line of text; in full where it failed. */
export function followedLoad(process: ProcessResult, format: Format): string {
  if (format === 'json') return JSON.stringify(process);
  const { result } = process;
  if (!process.passed) return runText({ passed: false, exit: 3, processes: [process] }, format);
  const rejected =
    result.rejected_rows === 0
      ? ''
      : `, ${count(result.rejected_rows)} set aside in ${process.artifacts.quarantine ?? 'the target'}`;
  const took = duration(result.duration_seconds);
  const line = `${process.process}: ${count(result.extracted_rows)} rows in ${took}${rejected}, load ${process.load_id}`;
  return [line, ...process.warnings.map((warning) => wrap(`warning: ${warning}`, 80, '  '))].join('\n');
}

export const followSummary = (process: string, { passed, loads, extracted_rows: rows }: FollowResult): string =>
  `${process}: ${passed ? 'stopped' : 'ended'} after ${count(loads)} load${loads === 1 ? '' : 's'}, ${count(rows)} rows`;
