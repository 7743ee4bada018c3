import type { ReportedProcess, TimelineEntry } from '@dpone/engine';
import { count, duration, size } from '../units.js';
import { html, NOTHING, table, type Markup } from './html.js';
import { throughputChart } from './throughput-chart.js';

export const verdict = (status: string): Markup => html`<span class="verdict ${status}">${status}</span>`;

/** A fact in a tile; `wide` ones take a line. */
export const tile = (label: string, value: string | Markup, wide: boolean = false): Markup =>
  html`<div class="${wide ? 'wide' : ''}">
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;

/** A bar from one moment to another, as shares of the whole. */
export function bar(status: string, from: number, seconds: number, whole: number): Markup {
  const share = (value: number): string => (whole === 0 ? '0' : Math.min(100, (value / whole) * 100).toFixed(2));
  return html`<td class="bar">
    <div class="track ${status}"><i style="left:${share(from)}%;width:${share(seconds)}%"></i></div>
  </td>`;
}

/** Everything about one process of the run. */
export function processSection(process: ReportedProcess, timeline: readonly TimelineEntry[], alone: boolean): Markup {
  const parts = [
    html`<h2>${process.process} ${alone ? NOTHING : verdict(process.status)}</h2>`,
    ...process.result.errors.map(
      ({ code, message, where, remedy }) =>
        html`<div class="error">
          <strong>${code}</strong>
          <p>${message}</p>
          ${where === undefined ? NOTHING : html`<p class="soft">at ${where}</p>`}
          <p>→ ${remedy}</p>
        </div>`,
    ),
    ...process.warnings.map((warning) => html`<p class="warn">${warning}</p>`),
    facts(process),
    steps(timeline),
    throughputChart(process.record.throughput),
    attempts(process),
    quality(process),
    schemaChanges(process),
    state(process),
    lineage(process),
  ];
  return html`<section>${parts}</section>`;
}

function facts(process: ReportedProcess): Markup {
  const { result, record, lane } = process;
  if (record.attempts.length === 0) return html`<p class="soft">No load of it began in this run.</p>`;
  const flow = record.lineage === null ? null : `${nameOf(record.lineage.source)} → ${nameOf(record.lineage.target)}`;
  const rate = result.duration_seconds > 0 ? result.extracted_rows / result.duration_seconds : 0;
  return html`<dl class="facts">
    ${[
      tile('read', `${count(result.extracted_rows)} rows`),
      ...(result.bytes > 0 ? [tile('volume', size(result.bytes))] : []),
      tile('inserted', count(result.inserted_rows)),
      tile('updated', count(result.updated_rows)),
      tile('deleted', count(result.deleted_rows)),
      tile('set aside', count(result.rejected_rows)),
      ...(result.final_rows === null ? [] : [tile('in the target', `${count(result.final_rows)} rows`)]),
      tile('took', duration(result.duration_seconds)),
      ...(rate > 0 ? [tile('speed', `${count(rate)} rows/s`)] : []),
      tile('strategy', process.strategy),
      ...(lane === null ? [] : [tile('lane', lane)]),
      ...(record.lineage === null ? [] : [tile('partitions', count(record.lineage.partitions))]),
      ...(flow === null ? [] : [tile('from, to', flow, true)]),
      tile('load', html`<code>${process.load_id}</code>`, true),
      ...(process.artifacts.quarantine === null
        ? []
        : [tile('quarantine', html`<code>${process.artifacts.quarantine}</code>`, true)]),
    ]}
  </dl>`;
}

const nameOf = ({ type, name }: { readonly type: string; readonly name: string | null }): string =>
  name === null ? type : `${type} ${name}`;

function steps(timeline: readonly TimelineEntry[]): Markup {
  if (timeline.length === 0) return NOTHING;
  const whole = Math.max(...timeline.map((entry) => entry.from_seconds + (entry.seconds ?? 0)));
  const rows = timeline.map((entry) => [
    html`${entry.what}${entry.status === 'success' ? NOTHING : html` ${verdict(entry.status)}`}`,
    bar(entry.status, entry.from_seconds, entry.seconds ?? 0, whole),
    entry.seconds === null ? '?' : `${entry.seconds.toFixed(2)} s`,
    entry.rows === null ? '' : count(entry.rows),
  ]);
  return html`<h3>Steps</h3>
    ${table(['', '', { number: 'took' }, { number: 'rows' }], rows)}`;
}

function attempts({ record }: ReportedProcess): Markup {
  if (record.attempts.length < 2) return NOTHING;
  const rows = record.attempts.map(({ attempt, load_id, error }) => [
    String(attempt),
    html`<code>${load_id}</code>`,
    error === null ? 'passed' : `${error.code}: ${error.message}`,
  ]);
  return html`<h3>Attempts</h3>
    ${table([{ number: '' }, 'load', 'came to'], rows)}`;
}

const VERDICTS: Readonly<Record<ReportedProcess['quality'][number]['verdict'], string>> = {
  passed: 'success',
  failed: 'failed',
  warned: 'warn',
  quarantined: 'warn',
  not_evaluated: 'soft',
};

function quality({ quality: rules }: ReportedProcess): Markup {
  if (rules.length === 0) return NOTHING;
  const rows = rules.map((rule) => [
    html`${rule.id}${rule.message === undefined ? NOTHING : html`<br /><span class="soft">${rule.message}</span>`}`,
    html`<span class="${VERDICTS[rule.verdict]}">${rule.verdict.replace('_', ' ')}</span>`,
    rule.violations === null ? '' : count(rule.violations),
    rule.measured === null ? '' : String(rule.measured),
  ]);
  return html`<h3>Quality</h3>
    ${table(['rule', 'verdict', { number: 'violations' }, { number: 'measured' }], rows)}`;
}

const schemaChanges = ({ schema_changes: changes }: ReportedProcess): Markup =>
  changes.length === 0
    ? NOTHING
    : html`<h3>Schema changes</h3>
        <ul>
          ${changes.map((change) => html`<li>${change}</li>`)}
        </ul>`;

function state({ state: found }: ReportedProcess): Markup {
  if (found === null || (found.before === null && found.after === null)) return NOTHING;
  const shown = (value: unknown): Markup => html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
  return html`<h3>State</h3>
    <div class="two">
      <div>
        <p class="soft">before</p>
        ${shown(found.before)}
      </div>
      <div>
        <p class="soft">after</p>
        ${shown(found.after)}
      </div>
    </div>`;
}

function lineage({ record }: ReportedProcess): Markup {
  if (record.lineage === null) return NOTHING;
  const rows = [
    ...record.lineage.columns.map((column) => [column.source, column.target, column.type]),
    ...record.lineage.framework.map(({ target, value }) => [
      html`<span class="soft">dpone: ${value}</span>`,
      target,
      '',
    ]),
  ];
  return html`<h3>Lineage</h3>
    ${table([nameOf(record.lineage.source), nameOf(record.lineage.target), 'type'], rows)}`;
}
