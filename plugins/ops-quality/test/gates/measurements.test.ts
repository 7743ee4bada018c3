import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectError } from '@dpone/testkit';
import {
  benchmarkBaseline,
  benchmarkSloGate,
  liveStateReconciliation,
  performanceCertification,
  sloEvaluate,
} from '@dpone/ops-quality';
import { expect } from 'chai';
import { json, run } from '../support/gate.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'dpone-quality-'));
});
afterEach(() => rm(cwd, { recursive: true }));

describe('slo-evaluate', () => {
  const evaluate = (metrics: string, objectives: unknown) =>
    run(sloEvaluate, { metrics_json: metrics, objectives_json: json(objectives) });

  it('holds max, then min, with inclusive bounds and in the order given', async () => {
    const report = await evaluate('{"b": 5, "a": "5.0", "c": true}', { b: { min: 5, max: 5 }, a: { max: 4.9 }, c: 1 });
    expect(report).to.include({ passed: false });
    expect(report.blockers).to.eql(['slo.a.max']);
    expect((report['results'] as { code: string }[]).map(({ code }) => code)).to.eql([
      'slo.b.max',
      'slo.b.min',
      'slo.a.max',
      'slo.c.max',
    ]);
  });

  it('compares numbers that no double tells apart', async () => {
    expect((await evaluate('{"a": 9007199254740993}', { a: { max: 9007199254740992 } })).passed).to.equal(false);
    expect((await evaluate('{"a": 0.1000000000000000000001}', { a: 0.1 })).passed).to.equal(false);
    expect((await evaluate('{"a": 1e2}', { a: { max: 100, min: 100 } })).passed).to.equal(true);
    expect((await evaluate('{"a": -1e400}', { a: { min: -1 } })).passed).to.equal(false);
  });

  it('is red on both sides for what is not a number', async () => {
    expect((await evaluate('{"a": NaN}', { a: { max: 1, min: 0 } })).blockers).to.eql(['slo.a.max', 'slo.a.min']);
    expect((await evaluate('{"a": Infinity}', { a: { max: 1 } })).passed).to.equal(false);
    expect((await evaluate('{"a": Infinity}', { a: { min: 1 } })).passed).to.equal(true);
  });

  it('refuses what would leave nothing to hold', async () => {
    for (const objective of [{ maximum: 1 }, {}, { max: null }, 'low', null, [1]])
      await expectError(() => evaluate('{"a": 1}', { a: objective }), ['DPONE_INPUT_INVALID']);
    await expectError(() => evaluate('{"a": "fast"}', { a: 1 }), ['DPONE_INPUT_INVALID']);
    await expectError(() => run(sloEvaluate, { metrics_json: '[]', objectives_json: '{}' }), ['DPONE_USAGE']);
  });
});

describe('benchmark-baseline', () => {
  const evaluate = (metrics: unknown, baseline: unknown, more: object = {}) =>
    run(benchmarkBaseline, { metrics_json: json(metrics), baseline_json: json(baseline), ...more }, cwd);

  it('is green up to the threshold and red beyond it, in both directions', async () => {
    const lower = { value: 100, direction: 'lower' };
    expect((await evaluate({ a: 90, b: 110 }, { a: 100, b: lower })).passed).to.equal(true);
    expect((await evaluate({ a: 89.99 }, { a: 100 })).blockers).to.eql(['a.regression']);
    expect((await evaluate({ b: 110.1 }, { b: lower })).blockers).to.eql(['b.regression']);
  });

  it('is red for a metric that was not measured, also where lower is better, and writes JSON', async () => {
    const report = await evaluate({}, { a: { value: 1, direction: 'lower' }, b: 1 }, { output_dir: 'out' });
    expect(report.blockers).to.eql(['a.missing', 'b.missing']);
    const written = JSON.parse(await readFile(join(cwd, 'out/benchmark_baseline.json'), 'utf8')) as typeof report;
    expect((written['items'] as { actual: unknown }[]).map(({ actual }) => actual)).to.eql([null, null]);
  });

  it('names a direction that it does not know, and refuses an empty baseline and an endless ratio', async () => {
    expect((await evaluate({ a: 1 }, { a: { value: 1, direction: 'down' } }))['warnings']).to.eql([
      'a.direction_is_higher',
    ]);
    await expectError(() => evaluate({ a: 1 }, {}), ['DPONE_INPUT_INVALID']);
    await expectError(() => evaluate({ a: 1 }, { a: 1 }, { allowed_regression_ratio: 'inf' }), ['DPONE_USAGE']);
    await expectError(() => evaluate({ a: 'fast' }, { a: 1 }), ['DPONE_INPUT_INVALID']);
  });
});

describe('benchmark-slo-gate', () => {
  it('is red when either part is, and embeds both', async () => {
    const input = { metrics_json: '{"a": 1}', baseline_json: '{"a": 1}', output_dir: 'out' };
    const green = await run(benchmarkSloGate, { ...input, objectives_json: '{"a": 1}' }, cwd);
    expect(green).to.include({ passed: true, benchmark_passed: true, slo_passed: true, metric_count: 1 });
    const red = await run(benchmarkSloGate, { ...input, objectives_json: '{"b": 1}' }, cwd);
    expect(red.blockers).to.eql(['slo.not_passed']);
    const page = await readFile(join(cwd, 'out/benchmark_slo_gate.md'), 'utf8');
    expect(page).to.include('## Benchmark').and.to.include('## Objectives').and.to.include('present');
    expect(JSON.parse(await readFile(join(cwd, 'out/benchmark/benchmark_baseline.json'), 'utf8'))).to.include({
      passed: true,
      output_dir: 'out/benchmark',
    });
  });
});

describe('performance-certification', () => {
  const evaluate = (input: object) =>
    run(performanceCertification, { metrics_json: '{"t": 600, "w": "fast"}', ...input }, cwd);

  it('holds minimums, then maximums; a metric that is no number is red', async () => {
    const report = await evaluate({ minimum_json: '{"t": 600}', maximum_json: '{"w": 1, "none": 1}', row_count: 0 });
    expect(report.blockers).to.eql(['w.above_max', 'none.above_max']);
    expect(report['row_count']).to.equal(1);
  });

  it('refuses to certify nothing', async () => {
    await expectError(() => evaluate({}), ['DPONE_INPUT_INVALID']);
    await expectError(() => evaluate({ minimum_json: '{"t": "x"}' }), ['DPONE_INPUT_INVALID']);
  });
});

describe('live-state-reconciliation', () => {
  const put = (name: string, value: unknown): Promise<void> => writeFile(join(cwd, name), json(value));
  const evaluate = (more: object = {}) =>
    run(liveStateReconciliation, { artifact: { state: 's.json', reconciliation: 'r.json' }, ...more }, cwd);

  it('gathers what the evidence says of states, and finds the proof of deletes', async () => {
    await put('s.json', { passed: true, state_backends: ['b', 'a', 1], state_backend: 'c', checks: ['x'] });
    await put('r.json', { passed: true, physical_deletes_checked: '3', state_checks: ['w', 'x'], password: 'hunter2' });
    const report = await evaluate();
    expect(report).to.deep.include({
      passed: true,
      state_backends: ['a', 'b', 'c'],
      state_checks: ['w', 'x'],
      delete_reconciliation_checked: true,
    });
    expect(json(report)).to.not.include('hunter2');
  });

  it('takes no proof of deletes from red evidence, and none that is none', async () => {
    await put('s.json', { passed: true });
    for (const [value, blockers] of [
      [{ passed: false, delete_reconciliation: { passed: true } }, ['reconciliation.not_passed']],
      [{ passed: true, delete_reconciliation: { passed: 'true' } }, []],
      [{ passed: true, physical_deletes_checked: 0 }, []],
      [{ passed: true, physical_deletes_checked: '-1' }, []],
    ] as const) {
      await put('r.json', value);
      expect((await evaluate()).blockers, json(value)).to.eql([...blockers, 'delete_reconciliation.missing']);
    }
  });

  it('names requirements that are waived, and lets a policy forbid it', async () => {
    await put('s.json', { passed: true, physical_deletes_checked: 1 });
    await put('policy.json', { forbid_waived: true });
    const input = { artifact: { state: 's.json' }, require: ['state'] };
    expect(await evaluate(input)).to.deep.include({ passed: true, waived: ['reconciliation'] });
    expect((await evaluate({ ...input, policy: 'policy.json' })).blockers).to.eql(['policy.waived:reconciliation']);
  });
});
