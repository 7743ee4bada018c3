import type { StateComparison, StateExport, StateReplay, StateReport, StateReset } from '@dpone/engine';
import type { StateRecord } from '@dpone/sdk';

const record = ({ state, loadId, updatedAt }: StateRecord): string =>
  `${JSON.stringify(state, null, 2)}\n  written ${updatedAt} by load ${loadId}`;

export const stateInspectText = (report: StateReport): string =>
  report.state === null
    ? `${report.process}: no state; the next run begins from the start`
    : `${report.process}: state "${report.key}" in ${report.backend}\n${record(report.state)}`;

export const stateExportText = (report: StateExport): string =>
  report.records.length === 0
    ? `${report.process}: no state is kept in ${report.backend}`
    : report.records.map((one) => `${one.key}: ${record(one)}`).join('\n');

export function stateResetText(report: StateReset): string {
  if (report.state === null) return `${report.process}: no state; nothing to forget`;
  const shown = `state "${report.key}" in ${report.backend}\n${record(report.state)}`;
  return report.executed
    ? `${report.process}: forgot ${shown}\nThe next run begins from the start.`
    : `${report.process}: would forget ${shown}\nNothing was changed. Pass --yes to do it.`;
}

export function stateReplayText(report: StateReplay): string {
  const lines = [
    `${report.process}: state "${report.key}" in ${report.backend}, cursor ${report.state_type}`,
    `before ${JSON.stringify(report.before)}`,
    `after  ${JSON.stringify(report.after)}`,
    ...report.warnings.map((warning) => `warning: ${warning}`),
    report.executed
      ? `Set back; the next run reads from there. Receipt ${report.load_id}`
      : 'Nothing was changed. Pass --yes to do it.',
  ];
  return lines.join('\n');
}

export function stateCompareText({ left, right, differences }: StateComparison): string {
  if (differences.length === 0) return `${left} and ${right}: the same state`;
  const lines = differences.map(
    (one) => `  ${one.path.join('.') || '(all)'}: ${JSON.stringify(one.left)} | ${JSON.stringify(one.right)}`,
  );
  return [`${left} and ${right} differ (left | right)`, ...lines].join('\n');
}
