import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fail, redact, type Unit, type UnitResult } from '@dpone/sdk';
import { carriedError, type CarriedError } from '../load/carried-error.js';

export interface WorkerCall {
  /** The command line of dpone. */
  readonly command: readonly string[];
  readonly workdir: string;
  readonly signal: AbortSignal;
}

/** How long a worker that was asked to end may take to undo its statements. */
const GRACE_MS = 5000;
/** What is kept of a worker's stderr, for the error of one that died. */
const KEPT = 2000;

/**
 * Carries a unit out by `dpone unit` in a process of its own. The channel to it closes when this process dies, however it
 * dies, and the worker ends with it. Settles only when the worker has ended.
 */
export async function unitInProcess(unit: Unit, call: WorkerCall): Promise<UnitResult> {
  const [program, ...args] = call.command;
  const child = spawn(program!, [...args, 'unit', '--format', 'json'], {
    cwd: call.workdir,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const ended = endOf(child);
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  if (call.signal.aborted) stop();
  else call.signal.addEventListener('abort', stop, { once: true });
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-KEPT)));
  // A worker that dies at once closes its stdin: its end says why.
  child.stdin!.on('error', () => undefined).end(JSON.stringify(unit));
  try {
    const end = await ended;
    call.signal.throwIfAborted();
    return answer(unit, stdout, end, stderr);
  } finally {
    call.signal.removeEventListener('abort', stop);
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return signal === null ? `with exit code ${code}` : `by ${signal}`;
  } catch (error) {
    return `before it began: ${String(error)}`;
  }
}

function answer(unit: Unit, stdout: string, end: string, stderr: string): UnitResult {
  let said: UnitResult | { readonly error: CarriedError } | undefined;
  try {
    said = JSON.parse(stdout) as UnitResult | { readonly error: CarriedError };
  } catch {
    // It said nothing, or died in the middle of it.
  }
  if (said !== undefined && 'error' in said) throw carriedError(said.error);
  if (said !== undefined && end === 'with exit code 0') return said;
  const last = redact(stderr.trim().split('\n').at(-1) ?? '');
  throw fail(
    'DPONE_WORKER_DIED',
    `the process that carried out partition ${unit.partition.index} of load ${unit.load.loadId} ended ${end}` +
      (last === '' ? '' : `: ${last}`),
    { where: 'engine.executor' },
  );
}
