import { atomicWrite } from '@dpone/sdk';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { flagsOf, writeEvidence } from './arguments.js';
import { execute, ROOT } from './shell.js';

/** The benchmark whose figures stand for the speed of a release: data of a known shape, a baseline beside each run. */
const BENCHMARK = 'csv-to-duckdb';
const RUNS = 3;

/**
 * `npm run certify:measure`: takes the figures that the gates of a certification judge. Speed is the benchmark's, on
 * this machine, with as many rows as the committed one has, whose figures the limits of a release stand on; memory,
 * duration and failure rate are those of whole processes of `dpone run` on as many rows.
 */
const flags = flagsOf({ 'output-dir': 'test_artifacts/live_certification/measured', rows: '10000000', rounds: '3' });
const folder = resolve(flags['output-dir']);
const rows = Number(flags.rows);
if (!Number.isInteger(rows) || rows < 1) {
  process.stderr.write(`--rows is a whole number above 0; this is ${flags.rows}.\n`);
  process.exit(2);
}

interface Sample {
  readonly name: string;
  readonly rows: number;
  readonly subject_seconds: number;
  readonly speed_of_baseline: number;
}

await mkdir(folder, { recursive: true });
// A folder of its own: another benchmark on this machine would take the files away under it.
const work = mkdtempSync(join(tmpdir(), 'dpone-measure-'));
process.env['DPONE_BENCH_DIR'] = work;
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
const bench = await execute([
  process.execPath,
  'test/benchmarks/bench.mjs',
  BENCHMARK,
  `--rows=${flags.rows}`,
  `--rounds=${flags.rounds}`,
]);
// It judges by a target of its own; a release is judged by the gates, by their limits.
const { results, machine } = JSON.parse(bench.stdout.slice(bench.stdout.indexOf('{\n'))) as {
  results: Sample[];
  machine: object;
};
const sample = results.find(({ name }) => name === BENCHMARK);
if (sample === undefined) throw new Error(`the benchmark left no figures of ${BENCHMARK}`);
await writeFile(join(folder, 'benchmark.json'), `${JSON.stringify({ machine, results }, null, 2)}\n`);

const runs = await loadRuns();
const good = runs.filter(({ passed }) => passed);
const peak = Math.max(...runs.map(({ peak_mb }) => peak_mb));
const metrics = {
  throughput_rows_per_second: Math.round(sample.rows / sample.subject_seconds),
  speed_of_baseline: sample.speed_of_baseline,
  duration_seconds: Math.max(...runs.map(({ seconds }) => seconds)),
  memory_peak_mb: peak,
  failure_rate: (runs.length - good.length) / runs.length,
};
await atomicWrite(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
await writeEvidence(folder, 'measurement.json', {
  schema_version: 'dpone.measurement.v1',
  // Memory is the kernel's figure; where it gives none, nothing was measured.
  passed: good.length === runs.length && peak > 0,
  summary: `${runs.length} runs of ${rows} rows, ${runs.length - good.length} of them failed`,
  metrics,
  rows,
  runs,
});

interface Run {
  readonly passed: boolean;
  readonly seconds: number;
  readonly peak_mb: number;
}

/** Whole processes that load the benchmark's own file, each into a database of its own; the last one's result is kept. */
async function loadRuns(): Promise<Run[]> {
  const at = join(work, 'runs');
  await mkdir(at);
  const { dataFile } = (await import(join(ROOT, 'test/benchmarks/workspace.mjs'))) as {
    dataFile(format: string, rows: number): Promise<{ path: string }>;
  };
  const { runProcess } = (await import(join(ROOT, 'test/benchmarks/measure.mjs'))) as {
    runProcess(
      command: readonly string[],
      options: object,
    ): Promise<{ seconds: number; peakBytes: number; output: string }>;
  };
  const { path } = await dataFile('csv', rows);
  const done: Run[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    await writeFile(
      join(at, 'orders.yml'),
      `name: measured_orders\nsource: {type: files, options: {path: ${path}}}\n` +
        `sink: {type: duckdb, connection: target_${n}.duckdb, table: {name: orders}, strategy: {mode: full_refresh}}\n`,
    );
    const command = [process.execPath, join(ROOT, 'core/cli/bin/dpone.js'), 'run', 'orders.yml', '--format', 'json'];
    const { seconds, peakBytes, output } = await runProcess(command, {
      cwd: at,
      memory: true,
      codes: [0, 1, 2, 3],
    });
    const result = JSON.parse(output.slice(output.indexOf('{'))) as { passed: boolean };
    done.push({ passed: result.passed, seconds, peak_mb: Math.round(peakBytes / 1024 / 1024) });
    await writeFile(join(folder, 'run_result.json'), `${JSON.stringify(result, null, 2)}\n`);
  }
  return done;
}
