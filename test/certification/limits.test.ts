import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { liveCertificationPlan } from '@dpone/ops-certification';
import { root } from '../architecture/packages.js';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

interface Result {
  readonly name: string;
  readonly rows: number;
  readonly subject_seconds: number;
  readonly speed_of_baseline: number;
  readonly peak_mb: number;
}

const read = (path: string): never => JSON.parse(readFileSync(join(root, path), 'utf8')) as never;
const { results } = read('docs/benchmarks/results.json') as { results: Result[] };
const committed = (name: string): Result => results.find((result) => result.name === name)!;
const load = committed('csv-to-duckdb');
/** What `certify:measure` takes, as the committed benchmark has it. */
const MEASURED = {
  throughput_rows_per_second: Math.round(load.rows / load.subject_seconds),
  speed_of_baseline: load.speed_of_baseline,
  duration_seconds: load.subject_seconds,
  memory_peak_mb: committed('memory').peak_mb,
  failure_rate: 0,
};

describe('the limits of a release', function () {
  this.timeout(60_000);
  let project: TempProject;
  before(() => (project = tempProject()));
  after(() => project.remove());

  /** The verdict of both gates that judge measurements, called as the plan calls them. */
  async function verdict(metrics: object): Promise<readonly (number | null)[]> {
    const { steps } = (await liveCertificationPlan.evaluate(
      { profile: 'real_local', row_count: 200, release: 'v1', include_vendor_live: false, output_dir: 'plan' } as never,
      {} as never,
    )) as unknown as { steps: { name: string; command: string }[] };
    project.write('metrics.json', JSON.stringify(metrics));
    return Promise.all(
      ['evaluate_benchmark_slo_gate', 'build_performance_certification'].map(async (name) => {
        const line = steps.find((step) => step.name === name)!.command.replace(/@\S+metrics\.json/, '@metrics.json');
        const words = line.replaceAll('@test/', `@${root}/test/`).split(' ').slice(1);
        return (await dpone(words, { cwd: project.path })).code;
      }),
    );
  }

  it('stand on the committed benchmark, of as many rows as a certification loads', () => {
    const { speed_of_baseline: baseline } = read('test/certification/limits/baseline.json') as {
      speed_of_baseline: { value: number };
    };
    expect(baseline.value).to.equal(Math.floor(load.speed_of_baseline * 100) / 100);
    expect(readFileSync(join(root, 'test/certification/measure.ts'), 'utf8')).to.include(`rows: '${load.rows}'`);
    const { memory_peak_mb: most } = read('test/certification/limits/maximum.json') as { memory_peak_mb: number };
    expect(most).to.be.within(MEASURED.memory_peak_mb, MEASURED.memory_peak_mb * 1.2);
  });

  it('let through what was measured, and a machine that is busy with something else', async () => {
    expect(await verdict(MEASURED)).to.deep.equal([0, 0]);
    // Measured with twenty other processes on two cores.
    const busy = {
      speed_of_baseline: 0.613,
      throughput_rows_per_second: 128_195,
      duration_seconds: 87.4,
      memory_peak_mb: 337,
    };
    expect(await verdict({ ...MEASURED, ...busy })).to.deep.equal([0, 0]);
  });

  it('are red when a load takes a third longer than beside the same baseline', async () => {
    expect((await verdict({ ...MEASURED, speed_of_baseline: load.speed_of_baseline / 1.33 }))[0]).to.equal(1);
  });

  it('are red for a fifth more memory, for one load of three that fails, and for what was not measured', async () => {
    expect(await verdict({ ...MEASURED, memory_peak_mb: MEASURED.memory_peak_mb * 1.2 })).to.deep.equal([1, 1]);
    expect(await verdict({ ...MEASURED, failure_rate: 1 / 3 })).to.deep.equal([1, 1]);
    const { speed_of_baseline: _, ...rest } = MEASURED;
    expect((await verdict(rest))[0]).to.equal(1);
  });
});
