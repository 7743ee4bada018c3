import type { BackfillChange, BackfillReport } from '@dpone/engine';
import { tableText } from './table.js';
import { count } from './units.js';

type Counts = BackfillReport['counts'];

/** `5 of 12 chunks committed, 1 set aside, 6 to do`. */
function countsText(counts: Counts): string {
  const rest: readonly [number, string][] = [
    [counts.leased, 'in hand'],
    [counts.failed, 'to be tried again'],
    [counts.poisoned, 'set aside'],
    [counts.cancelled, 'cancelled'],
    [counts.pending, 'to do'],
  ];
  const parts = rest.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return [`${counts.committed} of ${counts.total} chunks committed`, ...parts].join(', ');
}

/** The backfill and each of its chunks; of one that is set aside, why. */
export function backfillText(report: BackfillReport, format: string): string {
  const head = report.status === 'none' ? 'not begun' : report.status;
  const rows = report.chunks.map((chunk) => [
    String(chunk.chunk),
    String(chunk.from),
    String(chunk.to),
    chunk.status === 'poisoned' ? 'set aside' : chunk.status,
    String(chunk.attempts),
    chunk.rows === null ? '' : count(chunk.rows),
    chunk.lease === null ? '' : `${chunk.lease.owner} until ${chunk.lease.expires_at}`,
  ]);
  const reasons = report.chunks.flatMap(({ chunk, reason }) =>
    reason === null ? [] : [`chunk ${chunk}: ${reason.code}: ${reason.message}`],
  );
  return [
    `${report.process}: ${head}; ${countsText(report.counts)}, ${count(report.rows)} rows`,
    tableText([['chunk', 'from', `to before`, 'status', 'attempts', 'rows', 'leased by'], ...rows], format),
    ...reasons,
  ].join('\n');
}

/** What a command did with a backfill. */
export function backfillChangeText(done: BackfillChange, verb: string, next: string): string {
  if (done.requested) return `${done.process}: asked the run that holds the target; it is ${verb} soon. ${next}`;
  const counts = done.counts === null ? '' : ` (${countsText(done.counts)})`;
  if (done.mode === 'preview')
    return `${done.process}: would be ${verb}${counts}\nNothing was changed. Pass --yes to do it.`;
  if (!done.executed) return `${done.process}: nothing to do${counts}`;
  const chunks = done.chunks.length === 0 ? '' : ` chunk ${done.chunks.join(', ')}`;
  return `${done.process}:${chunks} ${verb}${counts}. ${next}`;
}
