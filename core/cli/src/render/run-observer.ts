import type { ProtocolStep, RunEvent } from '@dpone/engine';
import { faultAt } from './fault.js';
import { progressLine } from './progress-line.js';
import { rowsText } from './units.js';

/** Steps that a reader of a plain log wants to see; the others are within milliseconds of these. */
const TOLD: Partial<Record<ProtocolStep, string>> = {
  'stage.created': 'staging',
  'stage.written': 'staged, checking',
  'finalize.begun': 'finalizing',
  'package.committed': 'committed',
};

export interface RunObserver {
  readonly onEvent: (event: RunEvent) => Promise<void>;
  close(): void;
}

/**
 * Tells a run on stderr: one live line on a terminal, plain lines elsewhere, nothing where the result is for a program.
 * The steps of a load are told where it is the only one; where they are many, that one is waited for.
 */
export function runObserver(
  format: string,
  stream: NodeJS.WriteStream,
  env: Readonly<Record<string, string | undefined>>,
  loads: 'one' | 'many' = 'one',
): RunObserver {
  const fault = faultAt(env);
  const plain = loads === 'one' ? plainLines : waitingLines;
  const tell =
    format !== 'text' ? undefined : stream.isTTY && env['CI'] === undefined ? liveLine(stream) : plain(stream);
  return {
    onEvent: async (event) => {
      tell?.onEvent(event);
      await fault(event);
    },
    close: () => tell?.close(),
  };
}

interface Teller {
  onEvent(event: RunEvent): void;
  close(): void;
}

/** Redrawn at most ten times a second. */
const REDRAW_MS = 100;

function liveLine(stream: NodeJS.WriteStream): Teller {
  const begun = new Map<string, number>();
  let drawn = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) stream.write('\r\u001B[2K');
    shown = false;
  };
  const draw = (line: string): void => {
    stream.write(`\r\u001B[2K${line}`);
    shown = true;
  };
  return {
    onEvent(event) {
      if (event.type === 'process.started') begun.set(event.process, Date.now());
      if (event.type === 'process.finished') clear();
      if (event.type === 'waiting') draw(`${event.process}  nothing new; waiting`.slice(0, width(stream)));
      if (event.type === 'step' && TOLD[event.step] !== undefined)
        draw(`${event.process}  ${TOLD[event.step]}`.slice(0, width(stream)));
      if (event.type !== 'progress' || Date.now() - drawn < REDRAW_MS) return;
      drawn = Date.now();
      draw(progressLine(event, (drawn - (begun.get(event.process) ?? drawn)) / 1000, width(stream)));
    },
    close: clear,
  };
}

const width = (stream: NodeJS.WriteStream): number => Math.min(stream.columns || 80, 100) - 1;

function plainLines(stream: NodeJS.WriteStream): Teller {
  return {
    onEvent(event) {
      if (event.type === 'step' && TOLD[event.step] !== undefined)
        stream.write(`${event.process}: ${TOLD[event.step]}\n`);
      tellChunk(stream, event);
      tellRetry(stream, event);
    },
    close: () => undefined,
  };
}

function waitingLines(stream: NodeJS.WriteStream): Teller {
  return {
    onEvent(event) {
      if (event.type === 'waiting') stream.write(`${event.process}: nothing new; waiting\n`);
      tellRetry(stream, event);
    },
    close: () => undefined,
  };
}

function tellChunk(stream: NodeJS.WriteStream, event: RunEvent): void {
  if (event.type !== 'chunk') return;
  const { process: name, chunk, chunks, committed, status, rows, reason } = event;
  const what =
    status === 'committed'
      ? `committed, ${rowsText(rows ?? 0)}`
      : `${status === 'poisoned' ? 'set aside' : status}: ${reason?.code}`;
  stream.write(`${name}: chunk ${chunk} ${what} (${committed} of ${chunks} committed)\n`);
}

function tellRetry(stream: NodeJS.WriteStream, event: RunEvent): void {
  if (event.type !== 'retry') return;
  const { process: name, attempt, error, wait_seconds: wait } = event;
  stream.write(`${name}: attempt ${attempt} failed (${error.code}), again in ${wait} s\n`);
}
