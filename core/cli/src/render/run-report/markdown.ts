import type { RunReport, ReportedProcess } from '@dpone/engine';
import { tableText } from '../table.js';
import { count, duration } from '../units.js';

/** A run as a page of Markdown: the same facts as the HTML, less the pictures. */
export function runReportMarkdown(report: RunReport): string {
  const { timeline, processes } = report;
  const head = [
    `# ${report.pipeline}: ${report.status}`,
    '',
    `- run: \`${report.run_id}\``,
    `- began: ${report.started_at}`,
    `- took: ${duration(report.duration_seconds)}`,
    ...(report.dag_id === null ? [] : [`- workflow: ${report.dag_id}`]),
    ...(report.execution_date === null ? [] : [`- for: ${report.execution_date}`]),
  ];
  const sections = processes.map((process) =>
    section(
      process,
      timeline.filter((entry) => entry.process === process.process),
    ),
  );
  return `${[head.join('\n'), ...sections].join('\n\n')}\n`;
}

const titled = (title: string, rows: readonly (readonly string[])[]): string[] =>
  rows.length < 2 ? [] : ['', `### ${title}`, '', tableText(rows, 'md')];

function section(process: ReportedProcess, timeline: RunReport['timeline']): string {
  const { result, record, state } = process;
  const lines = [`## ${process.process}: ${process.status}`, ''];
  if (record.attempts.length === 0) return [...lines, 'No load of it began in this run.'].join('\n');
  lines.push(
    `- read ${count(result.extracted_rows)} rows; inserted ${count(result.inserted_rows)}, updated ${count(result.updated_rows)}, deleted ${count(result.deleted_rows)}, set aside ${count(result.rejected_rows)}`,
    `- strategy ${process.strategy}${process.lane === null ? '' : `, lane ${process.lane}`}, took ${duration(result.duration_seconds)}`,
    `- load \`${process.load_id}\``,
    ...(process.artifacts.quarantine === null ? [] : [`- quarantine \`${process.artifacts.quarantine}\``]),
    ...result.errors.map(({ code, message, remedy }) => `- **${code}** ${message} → ${remedy}`),
    ...process.warnings.map((warning) => `- warning: ${warning}`),
    ...process.schema_changes.map((change) => `- schema: ${change}`),
    ...titled('Steps', [
      ['step', 'status', 'took', 'rows'],
      ...timeline.map((entry) => [
        entry.what,
        entry.status,
        entry.seconds === null ? '?' : `${entry.seconds.toFixed(2)} s`,
        entry.rows === null ? '' : count(entry.rows),
      ]),
    ]),
    ...titled('Quality', [
      ['rule', 'verdict', 'violations'],
      ...process.quality.map((rule) => [
        rule.id,
        rule.verdict.replace('_', ' '),
        rule.violations === null ? '' : count(rule.violations),
      ]),
    ]),
    ...(state === null || (state.before === null && state.after === null)
      ? []
      : ['', '### State', '', '```json', JSON.stringify({ before: state.before, after: state.after }, null, 2), '```']),
    ...titled('Lineage', [
      ['source', 'target', 'type'],
      ...(record.lineage?.columns ?? []).map((column) => [column.source, column.target, column.type]),
    ]),
  );
  return lines.join('\n');
}
