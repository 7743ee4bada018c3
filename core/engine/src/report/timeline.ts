import type { ProcessRecord } from '../record/run-record.js';
import { PROTOCOL_STEPS, type ProtocolStep } from '../results.js';

/** A stretch of a load's last attempt: from one step of the protocol to the next. */
export interface TimelineEntry {
  readonly process: string;
  /** The step that it led to; docs/specs/load-protocol.md says what each is. */
  readonly stage: string;
  /** What was done meanwhile, in words. */
  readonly what: string;
  readonly status: 'success' | 'failed' | 'interrupted' | 'running';
  /** Since the attempt began. */
  readonly from_seconds: number;
  /** Null where nobody knows when it ended. */
  readonly seconds: number | null;
  /** Rows that came to something; null where the stretch moves none. */
  readonly rows: number | null;
}

const WHAT: Readonly<Record<ProtocolStep, string>> = {
  'load.locked': 'connect, plan, wait for the lock',
  'load.recovered': 'end what earlier loads left open',
  'package.started': 'plan under the lock',
  'stage.created': 'make staging',
  'stage.unit': 'read and stage',
  'stage.written': 'read and stage',
  'stage.checked': 'check staging',
  'finalize.begun': 'open the transaction',
  'finalize.changed': 'change the target',
  'finalize.receipted': 'write receipt and state',
  'finalize.committed': 'commit',
  'package.committed': 'close the package',
  'stage.dropped': 'drop staging',
  'load.unlocked': 'give the lock back',
};

/** Partitions are staged side by side: they are one stretch. */
const isShown = (step: string): boolean => step !== 'stage.unit';

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** What the last attempt did when. A load that did not end well ends with the stretch in which it stopped. */
export function timelineOf(record: ProcessRecord, status: ProcessRecord['result']['status']): readonly TimelineEntry[] {
  const { process, result } = record;
  const steps = record.record.steps.filter(({ step }) => isShown(step));
  const entries = steps.map(({ step, seconds }, i): TimelineEntry => {
    const from = steps[i - 1]?.seconds ?? 0;
    return {
      process,
      stage: step,
      what: WHAT[step as ProtocolStep] ?? step,
      status: 'success',
      from_seconds: round(from),
      seconds: round(seconds - from),
      rows: rowsOf(step, record),
    };
  });
  if (status === 'success' || status === 'skipped') return entries;
  const last = steps.at(-1);
  const shown = PROTOCOL_STEPS.filter(isShown);
  const stage = shown[last === undefined ? 0 : shown.indexOf(last.step as ProtocolStep) + 1];
  if (stage === undefined) return entries;
  const from = last?.seconds ?? 0;
  const attempt = record.record.attempts.at(-1);
  const before = attempt === undefined ? 0 : Date.parse(attempt.started_at) - Date.parse(record.record.started_at);
  const seconds = status === 'failed' ? Math.max(0, result.duration_seconds - before / 1000 - from) : null;
  return [
    ...entries,
    {
      process,
      stage,
      what: WHAT[stage],
      status,
      from_seconds: round(from),
      seconds: seconds === null ? null : round(seconds),
      rows: null,
    },
  ];
}

function rowsOf(step: string, { result }: ProcessRecord): number | null {
  if (step === 'stage.written') return result.extracted_rows;
  if (step === 'finalize.changed') return result.inserted_rows + result.updated_rows + result.deleted_rows;
  return null;
}
