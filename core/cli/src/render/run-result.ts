import type { ProcessResult, RunResult } from '@dpone/engine';
import { count, duration, rowsText, size } from './units.js';
import { wrap } from './wrap.js';

/** One process: its own result, as the reference system prints it. Several: all of them, and the verdict. */
export const runJson = (run: RunResult): unknown =>
  run.processes.length === 1 ? run.processes[0] : { passed: run.passed, processes: run.processes };

export const runText = (run: RunResult, format: string): string =>
  run.processes.map((process) => (format === 'md' ? processMarkdown(process) : processText(process))).join('\n\n');

function facts(process: ProcessResult): [string, string][] {
  const { result } = process;
  const changes = [
    `${count(result.inserted_rows)} inserted`,
    `${count(result.updated_rows)} updated`,
    `${count(result.deleted_rows)} deleted`,
  ];
  const rate = result.duration_seconds > 0 ? `, ${count(result.extracted_rows / result.duration_seconds)} rows/s` : '';
  const volume = result.bytes > 0 ? `, ${size(result.bytes)}` : '';
  const rows: [string, string][] = [
    ['read', `${rowsText(result.extracted_rows)}${volume}${rate}`],
    ['changed', changes.join(', ')],
    ...(result.final_rows === null ? [] : [['target', rowsText(result.final_rows)] as [string, string]]),
    ['took', duration(result.duration_seconds)],
    ['strategy', process.strategy],
  ];
  if (process.chunks !== undefined)
    rows.push(['chunks', `${process.chunks.committed} of ${process.chunks.total} committed`]);
  if (process.lane !== null) rows.push(['lane', process.lane]);
  if (result.rejected_rows > 0)
    rows.push(['set aside', `${rowsText(result.rejected_rows)}, in ${process.artifacts.quarantine ?? 'the target'}`]);
  for (const change of process.schema_changes) rows.push(['schema', change]);
  if (process.quality.length > 0) rows.push(['quality', qualityText(process)]);
  if (process.state !== null && process.state.after !== null) rows.push(['state', stateText(process)]);
  rows.push(['load', process.load_id]);
  return rows;
}

/** `12 rules: 10 passed, 1 warned, 1 not evaluated`. */
function qualityText({ quality }: ProcessResult): string {
  const verdicts = [...new Set(quality.map(({ verdict }) => verdict))];
  const counts = verdicts.map((verdict) => {
    const rules = quality.filter((outcome) => outcome.verdict === verdict);
    return `${rules.length} ${verdict.replaceAll('_', ' ')}`;
  });
  return `${quality.length} rule${quality.length === 1 ? '' : 's'}: ${counts.join(', ')}`;
}

/** The state where it is short (a cursor's value); a list of taken files is for `state inspect`. */
function stateText(process: ProcessResult): string {
  const text = JSON.stringify(process.state?.after);
  const selector = process.selector === null ? '' : ` --selector ${process.selector}`;
  return text.length <= 60 ? text : `kept; see dpone state inspect ${process.manifest}${selector}`;
}

const nothingNew = ({ result, state }: ProcessResult): boolean =>
  state !== null && result.extracted_rows === 0 && result.rejected_rows === 0 && result.deleted_rows === 0;

const verdict = (process: ProcessResult): string =>
  process.result.status === 'skipped'
    ? 'skipped'
    : !process.passed
      ? process.chunks === undefined
        ? 'failed; the target is unchanged'
        : `ended early; ${process.chunks.committed} of ${process.chunks.total} chunks are committed`
      : nothingNew(process)
        ? 'nothing new'
        : 'loaded';

function processText(process: ProcessResult): string {
  const lines = [`${process.process}: ${verdict(process)}`];
  if (process.passed) for (const [name, value] of facts(process)) lines.push(factLine(name, value));
  for (const warning of process.warnings) lines.push(wrap(`warning: ${warning}`, 80, '  '));
  for (const error of process.result.errors) {
    lines.push(`  ${error.code}`, wrap(error.message, 80, '  '));
    if (error.where !== undefined) lines.push(wrap(`at ${error.where}`, 80, '  '));
    lines.push(wrap(`→ ${error.remedy}`, 80, '  '));
  }
  return lines.join('\n');
}

function processMarkdown(process: ProcessResult): string {
  const lines = [`## ${process.process}: ${verdict(process)}`, ''];
  if (process.passed)
    lines.push('| | |', '|---|---|', ...facts(process).map(([name, value]) => `| ${name} | ${value} |`));
  for (const warning of process.warnings) lines.push('', `Warning: ${warning}`);
  for (const error of process.result.errors)
    lines.push('', `**${error.code}** ${error.message} ${error.where ?? ''}`, '', error.remedy);
  return lines.join('\n');
}

const factLine = (name: string, value: string): string =>
  `  ${name.padEnd(10)} ${wrap(value, 80, ' '.repeat(13)).trimStart()}`;
