import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { otlpProtos, otlpProtosMissing } from '@dpone/test-services';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { otlpFaults } from './otlp-schema.js';
import { Receiver } from './receiver.js';
import { openLineageEvent, otlpMetrics, otlpTraces } from './shapes.js';

const SECRET = 'hunter2secret';

describe('what a load tells while it runs', function () {
  this.timeout(60_000);
  let at: TempProject;
  let receiver: Receiver;
  beforeEach(async () => {
    at = tempProject({ 'in/a.csv': 'id,name\n1,Ada\n2,Grace\n' });
    linkPlugins(at, 'observability');
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await receiver.stop();
    at.remove();
  });

  const run = (observability: string, env: Record<string, string> = {}, checks = ''): Promise<CliResult> => {
    at.write(
      'orders.yml',
      `name: orders
source: {type: files, options: {path: in/a.csv}}
sink: {type: duckdb, connection: shop.duckdb, table: orders, strategy: {mode: full_refresh}}
${checks}${observability === '' ? '' : `observability: ${observability}\n`}`,
    );
    return dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path, env });
  };
  const names = (): string[] =>
    receiver
      .json('/v1/metrics')
      .flatMap((body) => otlpMetrics.parse(body).resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics.map(({ name }) => name));

  it('traces, metrics, Prometheus text and lineage of one load, each as its schema says', async () => {
    const result = await run(
      `{service: shop, otlp: {endpoint: "${receiver.url}"}, prometheus: {file: "metrics/{process}.prom"}, openlineage: {url: "${receiver.url}", namespace: prod}}`,
      { OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}`, OPENLINEAGE_API_KEY: SECRET },
    );
    expect(result.code, result.stderr).to.equal(0);
    expect(result.stderr).not.to.contain('warning');
    const load = JSON.parse(result.stdout) as { load_id: string; run_id: string };

    const spans = receiver
      .json('/v1/traces')
      .flatMap((body) => otlpTraces.parse(body).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((scope) => scope.spans);
    const root = spans.find((span) => span.name === 'load orders')!;
    expect(root.status.code).to.equal(1);
    const attributes = Object.fromEntries(root.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
    expect(attributes).to.include({ 'dpone.load_id': load.load_id, 'dpone.status': 'success' });
    expect(Number(attributes['dpone.rows.inserted'])).to.equal(2);
    const phases = spans.filter((span) => span.parentSpanId === root.spanId).map(({ name }) => name);
    expect(phases).to.have.members(['plan', 'prepare', 'stage', 'check', 'finalize', 'settle']);

    expect(names()).to.include.members(['dpone_extracted_rows', 'dpone_duration_seconds', 'dpone_run_passed']);
    const text = readFileSync(at.file('metrics/orders.prom'), 'utf8');
    expect(text).to.match(/^dpone_inserted_rows\{[^}]*process="orders"[^}]*\} 2$/m);
    const written = text.split('\n').flatMap((line) => /^# TYPE (\S+) gauge$/.exec(line)?.[1] ?? []);
    expect(names()).to.have.members(written);

    const events = receiver.json('/api/v1/lineage').map((event) => openLineageEvent.parse(event));
    expect(events.map(({ eventType }) => eventType)).to.deep.equal(['START', 'RUNNING', 'COMPLETE']);
    expect(new Set(events.map((event) => event.run.runId)).size).to.equal(1);
    const [output] = events[2]!.outputs;
    expect(output).to.deep.include({ namespace: 'duckdb', name: 'orders' });
    expect(output!.outputFacets!.outputStatistics).to.include({ rowCount: 2 });
    const { columnLineage } = output!.facets as { columnLineage: { fields: Record<string, unknown> } };
    expect(Object.keys(columnLineage.fields)).to.deep.equal(['id', 'name']);

    // The key goes where it must, and nowhere else.
    const keyed = receiver.received.filter((one) => String(one.headers['authorization']).includes(SECRET));
    expect(keyed.map(({ path }) => path)).to.include.members(['/v1/traces', '/v1/metrics', '/api/v1/lineage']);
    for (const { body } of receiver.received) expect(body).not.to.contain(SECRET);
  });

  it('requests are those of the published definitions of OTLP, of loads that end well and badly', async function () {
    skipWithout(this, await otlpProtosMissing());
    const protos = await otlpProtos();
    const otlp = `{otlp: {endpoint: "${receiver.url}"}}`;
    expect((await run(otlp)).code).to.equal(0);
    expect((await run(otlp, {}, 'quality: {checks: [{type: min_rows, value: 9}]}\n')).code).to.equal(1);
    for (const kind of ['traces', 'metrics'] as const) {
      const bodies = receiver.json(`/v1/${kind}`);
      expect(bodies).to.not.have.lengthOf(0);
      expect(bodies.flatMap((body) => otlpFaults(protos, kind, body))).to.deep.equal([]);
    }
    // What judges can say no.
    const [trace] = receiver.json('/v1/traces');
    const broken = JSON.parse(JSON.stringify(trace).replace('"spanId"', '"span_id"')) as unknown;
    expect(otlpFaults(protos, 'traces', broken).join()).to.match(/span_id is no field of Span/);
  });

  it('a load that failed says so, by its code and nothing of its data', async () => {
    const result = await run(
      `{openlineage: {file: lineage.jsonl}, prometheus: {push_url: "${receiver.url}"}}`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      'quality: {checks: [{type: accepted_values, column: name, values: [Ada]}]}\n',
    );
    expect(result.code, result.stderr).to.equal(1);
    const lines = readFileSync(at.file('lineage.jsonl'), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => openLineageEvent.parse(JSON.parse(line)));
    expect(events.map(({ eventType }) => eventType)).to.deep.equal(['START', 'RUNNING', 'FAIL']);
    expect(events[2]!.run.facets['errorMessage']).to.include({ message: 'DPONE_QUALITY_FAILED' });
    const pushed = receiver.received.find(({ path }) => path === '/metrics/job/dpone/process/orders');
    expect(pushed).to.include({ method: 'PUT' });
    expect(pushed!.body).to.match(/^dpone_run_passed\{.*\} 0$/m);
    for (const { body } of receiver.received) expect(body).not.to.contain('Grace');
  });

  it('a collector that is down or hangs is a warning; the load is what it was', async () => {
    const hanging = await Receiver.start('hangs');
    try {
      const down = 'http://127.0.0.1:9';
      const result = await run(`{otlp: {endpoint: "${down}"}, openlineage: {url: "${hanging.url}"}}`);
      expect(result.code, result.stderr).to.equal(0);
      expect(JSON.parse(result.stdout)).to.include({ passed: true });
      expect(result.stderr).to.contain('warning: observability: lineage was not taken');
      expect(result.stderr).to.contain('warning: observability: traces were not taken');
    } finally {
      await hanging.stop();
    }
  });

  it('what the manifest says wrongly is refused with its line; without the plugin a load only warns', async () => {
    const wrong = await run('{prometheus: {file: metrics.txt}}');
    expect(wrong.code).to.equal(2);
    expect(wrong.stdout + wrong.stderr)
      .to.contain('observability.prometheus.file')
      .and.to.match(/orders\.yml:4/);
    at.write('package.json', '{"name": "project", "private": true}');
    const without = await run('', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(without.code, without.stderr).to.equal(0);
    expect(without.stderr).to.contain('dpone plugins install @dpone/observability');
    expect(receiver.received).to.deep.equal([]);
  });
});
