import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const POLL_MS = 10;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Bytes of peak memory that the kernel counted for a process so far; 0 once it is gone. */
function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

const tree = (pid) => [pid, ...childrenOf(pid).flatMap(tree)];

/**
 * Runs a command to its end. `seconds` is the whole process, from spawn to exit; `peakBytes`, where asked for, the sum
 * of the peaks of the process and its children (Linux only). `output` is all that it printed. `codes`: the exit codes
 * that are right.
 */
export function runProcess([command, ...args], { cwd, env = {}, memory = false, codes = [0] } = {}) {
  return new Promise((resolve, reject) => {
    const peaks = new Map();
    const started = performance.now();
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const poll = memory
      ? setInterval(() => {
          for (const pid of tree(child.pid)) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakOf(pid)));
        }, POLL_MS)
      : undefined;
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - started) / 1000;
      if (!codes.includes(code))
        reject(new Error(`${[command, ...args].join(' ')} ended with code ${code}\n${output}`));
      else resolve({ output, seconds, peakBytes: [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0) });
    });
  });
}

/**
 * Measures `subject` between two runs of `baseline`, `rounds` times, after one round that is not counted. A round's
 * ratio compares with the mean of the two baselines around it, so that a machine that slows down slows both.
 */
export async function compare({ baseline, subject, rounds, prepare = async () => {} }) {
  const one = async (side) => {
    await prepare();
    return await side();
  };
  await one(baseline);
  await one(subject);
  const samples = [];
  let before = (await one(baseline)).seconds;
  for (let round = 0; round < rounds; round += 1) {
    const { seconds } = await one(subject);
    const after = (await one(baseline)).seconds;
    samples.push({ subject: seconds, baseline: (before + after) / 2 });
    before = after;
  }
  return {
    rounds,
    subject_seconds: median(samples.map((sample) => sample.subject)),
    baseline_seconds: median(samples.map((sample) => sample.baseline)),
    /** How many times as long as the baseline it takes. */
    times_baseline: median(samples.map((sample) => sample.subject / sample.baseline)),
    samples,
  };
}
