import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateDefinition, GateReport } from '@dpone/sdk';
import { runGate } from '@dpone/sdk/run-gate';
import { conformance, expectError, gateContext } from '@dpone/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { catalogPublish, dbtLineage, lineageExport, metricsExport, observabilityPack } from '@dpone/ops-lineage';
import { RUN_METRICS, runUuid } from '@dpone/sdk/observability';
import { openLineageEvent } from './openlineage-shape.js';

const RUN_ID = '01M7YHKQ0EVNFT0X90KV9PPHSH';
const ENTRY = {
  run_id: RUN_ID,
  process: 'orders',
  manifest: 'manifests/orders v2.yml',
  status: 'success',
  passed: true,
  blockers: [],
  run_result_sha256: 'a'.repeat(64),
  artifacts: [{ name: 'q', path: 'q.json', sha256: 'b'.repeat(64), passed: true, summary: 'results=2' }],
};
const MANIFEST = {
  metadata: { invocation_id: '6a7a1a0e-3c1c-4f2a-9d7e-0b9d4f1c2a3b' },
  sources: { 'source.p.raw.orders': { name: 'orders', source_name: 'raw', resource_type: 'source' } },
  nodes: {
    'model.p.daily': { name: 'daily', resource_type: 'model', depends_on: { nodes: ['source.p.raw.orders', 'gone'] } },
    'test.p.t': { name: 't', resource_type: 'test', depends_on: { nodes: ['model.p.daily'] } },
  },
};

describe('lineage gates', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dpone-lineage-'));
    await put('entry.json', ENTRY);
    await put('manifest.json', MANIFEST);
  });
  afterEach(() => rm(cwd, { recursive: true }));
  const put = (path: string, value: unknown): Promise<void> =>
    writeFile(join(cwd, path), typeof value === 'string' ? value : JSON.stringify(value));
  const run = <I, R extends GateReport>(gate: GateDefinition<I, R>, input: Record<string, unknown>): Promise<R> =>
    runGate(gate, { output_dir: 'out', ...input }, gateContext(cwd));
  const written = async (path: string): Promise<string> => readFile(join(cwd, 'out', path), 'utf8');
  const json = async (path: string): Promise<unknown> => JSON.parse(await written(path));

  describe('lineage-export', () => {
    for (const c of conformance({
      kind: 'gate',
      id: 'lineage-export',
      definition: lineageExport,
      green: async ({ workdir }) => {
        await writeFile(join(workdir, 'entry.json'), JSON.stringify(ENTRY));
        return { input: { run_registry_entry: 'entry.json' }, evidence: ['entry.json'] };
      },
    }))
      it(c.name, c.run);

    it('writes an event that OpenLineage takes, with every dataset, and the same bytes twice', async () => {
      const input = { run_registry_entry: 'entry.json', input: ['pg=b', 'a=x', 'pg=a'], output: ['mssql=l.orders'] };
      const report = await run(lineageExport, input);
      expect(report).to.include({ passed: true, dataset_count: 4, event_path: `out/${RUN_ID}__openlineage.json` });
      const event = openLineageEvent.parse(await json(`${RUN_ID}__openlineage.json`));
      expect(event.inputs.map(({ namespace, name }) => `${namespace}=${name}`)).to.eql(['a=x', 'pg=b', 'pg=a']);
      const first = await written(`${RUN_ID}__openlineage.json`);
      await run(lineageExport, input);
      expect(await written(`${RUN_ID}__openlineage.json`)).to.equal(first);
    });

    it('says FAIL of a red run, and refuses an id that is a path', async () => {
      await put('entry.json', { ...ENTRY, passed: false });
      expect(await run(lineageExport, { run_registry_entry: 'entry.json' })).to.include({
        passed: false,
        event_type: 'FAIL',
      });
      for (const run_id of ['../evil', 'a/b', '.hidden']) {
        await put('entry.json', { ...ENTRY, run_id });
        await expectError(() => run(lineageExport, { run_registry_entry: 'entry.json' }), ['DPONE_INPUT_INVALID']);
      }
      await expectError(() => run(lineageExport, { run_registry_entry: 'entry.json', input: ['x'] }), ['DPONE_USAGE']);
    });

    it('makes a UUID of every ULID, and another one of another', () => {
      const ulid = fc.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      fc.assert(
        fc.property(ulid, ulid, (a, b) => {
          expect(runUuid(a)).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
          expect(runUuid(a) === runUuid(b)).to.equal(a === b);
        }),
      );
      expect(runUuid('run_01')).to.equal('run_01');
    });
  });

  describe('dbt-lineage', () => {
    it('writes graph and events', async () => {
      await put('results.json', { results: [{ unique_id: 'model.p.daily', status: 'success' }] });
      const report = await run(dbtLineage, { manifest: 'manifest.json', run_results: 'results.json' });
      expect(report).to.include({ passed: true, model_count: 1, source_count: 1, test_count: 1, edge_count: 2 });
      const graph = (await json('dbt_lineage.json')) as { nodes: Record<string, { relation_name: string }> };
      expect(graph.nodes['source.p.raw.orders']!.relation_name).to.equal('raw.orders');
      const { events } = (await json('dbt_openlineage.json')) as { events: unknown[] };
      expect(events.map((event) => openLineageEvent.parse(event).eventType)).to.eql(['COMPLETE']);
    });

    it('is red for what is named and missing or broken, and for a failure however it is written', async () => {
      const blockers = async (input: object) =>
        (await run(dbtLineage, { manifest: 'manifest.json', ...input })).blockers;
      expect(await blockers({ run_results: 'no.json' })).to.eql(['dbt_results.missing']);
      await put('broken.json', '{');
      expect(await blockers({ run_results: 'broken.json', manifest: 'broken.json' })).to.eql([
        'dbt_manifest.invalid_json',
        'dbt_results.invalid_json',
      ]);
      expect(await blockers({ run_registry_entry: 'broken.json' })).to.eql(['run_registry.invalid_json']);
      for (const status of ['error', 'Fail', 'Runtime Error']) {
        await put('red.json', { results: [{ unique_id: 'model.p.daily', status }] });
        expect(await blockers({ run_results: 'red.json' }), status).to.eql(['dbt_results.not_passed']);
        expect(await written('dbt_openlineage.json')).to.include('"FAIL"');
      }
    });

    it('takes any JSON for a manifest', async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ nodes: fc.jsonValue() })), async (value) => {
          await put('manifest.json', JSON.stringify(value));
          await run(dbtLineage, { manifest: 'manifest.json' });
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('catalog-publish', () => {
    it('keeps every dataset and names the verdict of the run', async () => {
      const report = await run(catalogPublish, {
        run_registry_entry: 'entry.json',
        input: ['Pg Prod=public.orders', 'pg-prod=public.items'],
        output: ['mssql=landing.orders(1),x'],
      });
      expect(report).to.include({ passed: true, dataset_count: 3 });
      openLineageEvent.parse(await json('openlineage_catalog_event.json'));
      expect(parse(await written('dbt_sources.yml'))).to.eql({
        version: 2,
        sources: [
          { name: 'pg_prod', tables: [{ name: 'orders' }, { name: 'items' }] },
          { name: 'mssql', tables: [{ name: 'orders(1),x' }] },
        ],
      });
      const { entities } = (await json('datahub_mcp.json')) as { entities: { urn: string }[] };
      expect(entities[1]!.urn).to.equal('urn:li:dataset:(urn:li:dataPlatform:mssql,landing.orders%281%29%2Cx,PROD)');
      const none = await run(catalogPublish, { run_registry_entry: 'no.json' });
      expect(none.blockers).to.eql(['run_registry.missing', 'datasets.empty']);
    });
  });

  describe('observability metrics-export', () => {
    const REPORT = {
      run_id: RUN_ID,
      process: 'or"ders\n',
      passed: true,
      result: { status: 'success', extracted_rows: 5, duration_seconds: '0.5', errors: [] },
      attempts: 1,
      warnings: ['w'],
    };

    it('writes what Prometheus and OpenTelemetry read, with checksums of the files', async () => {
      await put('run.json', REPORT);
      const report = await run(metricsExport, { run_report: 'run.json', metric: { 'Freshness-Lag_seconds': '3' } });
      expect(report).to.include({ passed: true, metric_count: 6 });
      const text = await written('prometheus_metrics.prom');
      expect(text).to.include('# TYPE dpone_extracted_rows gauge\ndpone_extracted_rows{');
      expect(text).to.include('process="or\\"ders\\n"').and.to.include('dpone_freshness_lag_seconds 3\n');
      // Every line is a comment or a sample.
      for (const line of text.trimEnd().split('\n'))
        expect(line).to.match(
          /^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="(\\.|[^"\\])*"(,\w+="(\\.|[^"\\])*")*\})? [\d.e+-]+)$/,
        );
      expect(await written('opentelemetry_metrics.json')).to.match(/"timeUnixNano": "\d{19}"/);
      const { artifacts } = (await json('metrics_index.json')) as { artifacts: { name: string; size_bytes: number }[] };
      for (const { name, size_bytes } of artifacts)
        expect(Buffer.byteLength(await written(name)), name).to.equal(size_bytes);
    });

    it('takes the run of several processes apart', async () => {
      await put('run.json', { passed: false, processes: [REPORT, { ...REPORT, process: 'b', passed: false }] });
      const { metrics } = await run(metricsExport, { run_report: 'run.json' });
      expect(metrics.filter(({ name }) => name === 'dpone_run_passed').map(({ value }) => value)).to.eql([1, 0]);
    });

    it('is red where there is nothing, and refuses what is no number', async () => {
      for (const [content, blocker] of [
        ['{', 'run_report.invalid_json'],
        ['[]', 'run_report.invalid_shape'],
      ] as const) {
        await put('run.json', content);
        expect((await run(metricsExport, { run_report: 'run.json' })).blockers[0]).to.equal(blocker);
      }
      expect((await run(metricsExport, {})).blockers).to.eql(['metrics.empty']);
      for (const bad of ['NaN', 'Infinity', '1e999', '', '0x1'])
        await expectError(() => run(metricsExport, { metric: { a: bad } }), ['DPONE_USAGE']);
    });
  });

  describe('observability-pack', () => {
    it('writes a dashboard and rules over metrics that are exported', async () => {
      await run(observabilityPack, {
        service_name: 'a: "b"',
        alert: { 'dpone_freshness_lag_seconds.max': '900', 'dpone_freshness_lag_seconds.min': '-1' },
      });
      const rules = parse(await written('prometheus_alerts.yml')) as {
        groups: { name: string; rules: { alert: string; expr: string }[] }[];
      };
      expect(rules.groups[0]!.name).to.equal('a: "b"-dpone-runtime');
      expect(rules.groups[0]!.rules.map(({ alert }) => alert)).to.eql([
        'DponeRunFailed',
        'DponeFreshnessLagSecondsThreshold',
        'DponeFreshnessLagSecondsLowerThreshold',
      ]);
      const used = [...(await written('grafana_dashboard.json')).matchAll(/dpone_\w+/g), 'dpone_run_passed'];
      for (const name of used) expect(RUN_METRICS).to.have.property(String(name));
    });

    it('refuses what would break an expression', async () => {
      for (const key of ['a.b.max', 'a{x="y"}.max', 'a.avg', 'max'])
        await expectError(() => run(observabilityPack, { alert: { [key]: '1' } }), ['DPONE_USAGE']);
      await expectError(() => run(observabilityPack, { alert: { 'a.max': 'nan' } }), ['DPONE_USAGE']);
    });
  });
});
