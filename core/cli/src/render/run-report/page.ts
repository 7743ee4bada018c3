import type { RunReport } from '@dpone/engine';
import { count, duration } from '../units.js';
import { html, NOTHING, table, type Markup } from './html.js';
import { bar, processSection, tile, verdict } from './process-section.js';
import { STYLE } from './style.js';

/** A run as one HTML file that needs no other: no script, no request. The same report gives the same bytes. */
export function runReportHtml(report: RunReport): string {
  const { processes } = report;
  const alone = processes.length === 1;
  const sum = (of: (process: RunReport['processes'][number]) => number): string =>
    count(processes.reduce((total, process) => total + of(process), 0));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${report.pipeline}: ${report.status}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <header>
          <h1>${report.pipeline} ${verdict(report.status)}</h1>
          <p class="soft">run <code>${report.run_id}</code></p>
          <dl class="facts">
            ${[
              tile('began (UTC)', utc(report.started_at)),
              tile(report.status === 'running' ? 'so far' : 'took', duration(report.duration_seconds)),
              tile('processes', count(processes.length)),
              tile('read', `${sum(({ result }) => result.extracted_rows)} rows`),
              tile(
                'changed',
                `${sum(({ result }) => result.inserted_rows + result.updated_rows + result.deleted_rows)} rows`,
              ),
              ...(report.dag_id === null ? [] : [tile('workflow', report.dag_id)]),
              ...(report.execution_date === null ? [] : [tile('for', report.execution_date)]),
            ]}
          </dl>
        </header>
        ${alone ? NOTHING : overview(report)}
        ${processes.map((process) =>
          processSection(
            process,
            report.timeline.filter((entry) => entry.process === process.process),
            alone,
          ),
        )}
        <footer>Written by dpone from the records of the run; as of ${utc(report.created_at)} UTC.</footer>
      </body>
    </html> `;
  return page.markup;
}

const utc = (iso: string): string => iso.slice(0, 19).replace('T', ' ');

function overview({ processes, duration_seconds: whole }: RunReport): Markup {
  const rows = processes.map((process) => [
    html`${process.process} ${verdict(process.status)}`,
    process.record.attempts.length === 0
      ? ''
      : bar(process.status, process.from_seconds, process.result.duration_seconds, whole),
    duration(process.result.duration_seconds),
    count(process.result.extracted_rows),
  ]);
  return html`<section>
    <h2>Processes</h2>
    ${table(['', '', { number: 'took' }, { number: 'rows read' }], rows)}
  </section>`;
}
