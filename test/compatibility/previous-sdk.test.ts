import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { API_VERSION, EXTENSION_KINDS, hasBrand, type Plugin, type PluginHost } from '@dpone/sdk';
import { freshDatabase, type FreshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { earlierProject, type EarlierProject } from './earlier-project.js';

/** A call of each package of gates that needs no evidence of an earlier one. */
const GATES: Readonly<Record<string, string>> = {
  'ops-certification': 'ops live-certification-plan --output-dir out',
  'ops-evidence': 'ops artifact-index --root out --output-dir index',
  'ops-lineage': 'ops observability-pack --output-dir out',
  'ops-planning': 'strategy advise load.yml',
  'ops-quality': 'ops slo-evaluate --metrics-json {"lag":1} --objectives-json {"lag":{"max":2}}',
  'ops-release': 'ops security-audit --manifest load.yml',
  'ops-runtime': 'ops deploy-render --target airflow --manifest load.yml --image x/y:1 --output-dir out',
};

const files = (path: string): object => ({ type: 'files', options: { path } });
const nobody = '127.0.0.1:9';

describe('plugins with the SDK of an earlier minor version', function () {
  this.timeout(120_000);
  let project: EarlierProject;
  let db: FreshDatabase;
  before(async () => {
    db = await freshDatabase();
    project = earlierProject();
    project.write('data/orders.csv', `id,amount\n${Array.from({ length: 500 }, (_, i) => `${i},${i}.5`).join('\n')}\n`);
    project.write('load.yml', JSON.stringify(manifest('load', files('data/orders.csv'), duckdb)));
  });
  after(async () => {
    project?.remove();
    await db?.drop();
  });

  const duckdb = { type: 'duckdb', connection: 'shop.duckdb', table: 'orders' };
  const manifest = (name: string, source: object, sink: object, mode = 'full_refresh'): object => ({
    name,
    source,
    sink: { ...sink, strategy: { mode, ...(mode === 'full_refresh' ? {} : { unique_key: ['id'] }) } },
    observability: { openlineage: { file: 'lineage.jsonl' } },
  });
  const call = (...words: string[]): Promise<CliResult> => dpone(words, { cwd: project.path });
  const run = (name: string, ...rest: Parameters<typeof manifest> extends [string, ...infer R] ? R : never) => {
    project.write(`${name}.json`, JSON.stringify(manifest(name, ...rest)));
    return call('run', `${name}.json`, '--format', 'json');
  };

  it('are another SDK than the host’s, in every plugin', async () => {
    const { stdout } = await call('plugins', '--json');
    const found = JSON.parse(stdout) as { name: string; root: string }[];
    const roots = new Map(found.map(({ name, root }) => [name, root]));
    for (const { name } of project.plugins)
      expect(roots.get(name), name).to.equal(join(project.path, 'node_modules', name));
    expect(JSON.parse(readFileSync(project.file('node_modules/@dpone/sdk/package.json'), 'utf8'))).to.deep.include({
      version: project.sdk,
    });
  });

  it('register all that they provide, as the host knows it', async () => {
    for (const { name, manifest: own } of project.plugins) {
      const { extensions, provides } = own.dpone!;
      const entry = pathToFileURL(join(project.path, 'node_modules', name, extensions)).href;
      const plugin = ((await import(entry)) as { default: Plugin }).default;
      expect(hasBrand(plugin, 'plugin'), name).to.equal(true);
      const seen: string[] = [];
      const host = Object.fromEntries(
        EXTENSION_KINDS.map((kind) => [
          kind,
          (id: string, definition: unknown) => {
            expect(hasBrand(definition, kind), `${name} ${kind}:${id}`).to.equal(true);
            seen.push(`${kind}:${id}`);
          },
        ]),
      );
      await plugin.register({ apiVersion: API_VERSION, ...host } as unknown as PluginHost);
      expect(seen.sort(), name).to.deep.equal([...provides].sort());
    }
  });

  it('load: files to DuckDB, DuckDB to Postgres by key, Postgres to files, and tell of it', async () => {
    const postgres = { type: 'postgres', connection: db.uri, table: 'public.orders' };
    for (const result of [
      await run('in', files('data/orders.csv'), duckdb),
      await run('over', duckdb, postgres, 'incremental_merge'),
      await run('again', duckdb, postgres, 'incremental_merge'),
      await run('out', postgres, files('out/orders.jsonl')),
    ])
      expect(result.code, result.stdout + result.stderr).to.equal(0);
    expect(await db.sql('SELECT count(*)::int AS rows, sum(amount)::float AS total FROM orders')).to.deep.equal([
      { rows: 500, total: 125_000 },
    ]);
    expect(readFileSync(project.file('out/orders.jsonl'), 'utf8').trim().split('\n')).to.have.lengthOf(500);
    expect(existsSync(project.file('lineage.jsonl'))).to.equal(true);
  });

  it('say in the host’s own words that a server is not there', async () => {
    const sinks = {
      clickhouse: { type: 'clickhouse', connection: `clickhouse://${nobody}/default`, table: 't' },
      kafka: { type: 'kafka', connection: { bootstrap_servers: nobody, connect_timeout: 1 }, topic: 't' },
      mssql: { type: 'mssql', connection: `mssql://a:b@${nobody}/t`, table: 'dbo.t' },
      s3: { type: 's3', connection: `http://a:b@${nobody}/bucket`, options: { path: 'x/', max_attempts: 1 } },
    };
    const results = await Promise.all(
      Object.entries(sinks).map(async ([name, sink]) => {
        const mode = name === 'kafka' ? 'incremental_append' : 'full_refresh';
        return { name, ...(await run(name, files('data/orders.csv'), sink, mode)) };
      }),
    );
    for (const { name, code, stdout, stderr } of results) {
      expect(code, name + stdout + stderr).to.equal(3);
      expect(`${stdout}${stderr}`, name)
        .to.match(/DPONE_[A-Z_]+/)
        .and.not.match(/\n\s+at .*\.js:\d+/);
    }
  });

  it('judge: a gate of every package of them', async () => {
    expect(Object.keys(GATES)).to.have.members(
      project.plugins.map(({ name }) => name.split('/')[1]!).filter((name) => name.startsWith('ops-')),
    );
    for (const [name, line] of Object.entries(GATES)) {
      const { code, stdout, stderr } = await call(...line.split(' '));
      expect(code, name + stdout + stderr).to.equal(0);
    }
  });

  it('one that is made for the next major version is refused with one error, and the others go on', async () => {
    const next = 'node_modules/@acme/connector-next';
    const before = JSON.parse(readFileSync(project.file('package.json'), 'utf8')) as { dependencies: object };
    project.write(
      'package.json',
      JSON.stringify({ ...before, dependencies: { ...before.dependencies, '@acme/connector-next': '2.0.0' } }),
    );
    project.write(
      `${next}/package.json`,
      JSON.stringify({
        name: '@acme/connector-next',
        version: '2.0.0',
        type: 'module',
        oclif: {},
        dpone: { apiVersion: API_VERSION + 1, extensions: './index.js', provides: ['source:next'] },
      }),
    );
    project.write(`${next}/index.js`, 'throw new Error("it was imported");');
    const refused = await run('next', { type: 'next' }, duckdb);
    expect(refused.code, refused.stderr).to.equal(2);
    expect(refused.stdout).to.include(`contract ${API_VERSION + 1}; this dpone has ${API_VERSION}`);
    // Every command says that it is left out; the result of the run says that this is why it failed.
    for (const text of [refused.stdout, refused.stderr]) {
      expect([...text.matchAll(/DPONE_\w+/g)].map(([code]) => code)).to.deep.equal(['DPONE_PLUGIN_INCOMPATIBLE']);
      expect(text).not.to.include('it was imported');
    }
    const others = await run('in', files('data/orders.csv'), duckdb);
    expect(others.code, others.stderr).to.equal(0);
  });
});
