import { expect } from 'chai';
import { z } from 'zod';
import { defineSink, defineSource, type SinkDefinition, type SourceDefinition } from '@dpone/sdk';
import { initManifest, loadManifest, type InitAnswers } from '@dpone/engine';
import { errorOf, Workspace } from './workspace.js';

const unused = () => {
  throw new Error('init never opens a system');
};
const source = defineSource({
  summary: 'Files',
  connection: null,
  options: z.strictObject({ path: z.string().describe('Which files to read.') }),
  table: 'none',
  capabilities: { lanes: ['csv'], cursors: [], partitions: false, snapshot: 'per_file' },
  example: { type: 'files', options: { path: 'data/*.csv' } },
  create: unused,
}) as unknown as SourceDefinition;
const sink = defineSink({
  summary: 'A server',
  connection: z.strictObject({
    host: z.string().describe('Where it listens.'),
    port: z.coerce.number().optional(),
    password: z.string().optional(),
    account: z.string().optional(),
  }),
  options: z.strictObject({}),
  table: 'required',
  capabilities: {
    lanes: ['rows'],
    finalize: [],
    ddl: [],
    checks: [],
    transactional: true,
    parallelStaging: 'process',
    framework: [],
  },
  example: {
    type: 'server',
    connection_type: 'env',
    connection_id: 'dwh',
    table: 'raw.example',
    strategy: { mode: 'full_refresh' },
  },
  create: unused,
}) as unknown as SinkDefinition;

describe('init', () => {
  const load = async (answers: InitAnswers) => {
    const result = initManifest(answers, { source, sink });
    const workspace = await Workspace.make({ 'm.yml': result.manifest });
    try {
      return { ...result, process: (await loadManifest('m.yml', { workdir: workspace.path, env: {} })).processes[0]! };
    } finally {
      await workspace.clean();
    }
  };

  it('writes a manifest that loads, with comments from the schemas', async () => {
    const { manifest, process } = await load({
      sourceType: 'files',
      sinkType: 'server',
      sourceOptions: { path: 'in/*.csv' },
      sinkConnection: 'my-dwh',
      sinkTable: 'landing.orders',
      strategy: 'incremental_merge',
      uniqueKey: ['id', 'line'],
      cursorColumn: 'at',
    });
    expect(process.source).to.deep.include({
      type: 'files',
      connection: null,
      options: { path: 'in/*.csv' },
      cursor: { kind: 'column', column: 'at' },
    });
    expect(process.sink.table).to.deep.equal({ schema: 'landing', name: 'orders' });
    expect(process.sink.strategy).to.deep.equal({ mode: 'incremental_merge', uniqueKey: ['id', 'line'], options: {} });
    expect(process.sink.connection).to.deep.include({ provider: 'env', id: 'my-dwh' });
    expect(manifest).to.contain('# Which files to read.').and.to.contain('# The load strategy');
  });

  it('names exactly the variables that are read, in .env.example', async () => {
    const { envExample } = await load({ sourceType: 'files', sinkType: 'server', sinkConnection: 'my-dwh' });
    expect(envExample!.match(/^\w+=/gm)).to.deep.equal([
      'MY_DWH_HOST=',
      'MY_DWH_PORT=',
      'MY_DWH_PASSWORD=',
      'MY_DWH_ADDITIONAL_ACCOUNT=',
    ]);
    expect(envExample).to.contain('# Where it listens.');
  });

  it('puts what a system without connections is to read into the option that its example names it in', async () => {
    const { process } = await load({
      sourceType: 'files',
      sinkType: 'server',
      sourceConnection: 'in/a.csv',
      sourceOptions: {},
    });
    expect(process.source.options).to.deep.equal({ path: 'in/a.csv' });
  });

  it('takes the example where nothing was answered, and a URI as the connection itself', async () => {
    const { process, envExample } = await load({
      sourceType: 'files',
      sinkType: 'server',
      sinkConnection: 'srv://h/db',
    });
    expect(process.name).to.equal('example_to_server');
    expect(process.source.options).to.deep.equal({ path: 'data/*.csv' });
    expect(process.sink.table).to.deep.equal({ schema: 'raw', name: 'example' });
    expect(process.sink.connection).to.deep.equal({ kind: 'inline', value: 'srv://h/db' });
    expect(envExample).to.equal(null);
  });

  it('refuses answers that make no manifest', async () => {
    const error = await errorOf(
      Promise.resolve().then(() =>
        initManifest({ sourceType: 'files', sinkType: 'server', name: 'a b' }, { source, sink }),
      ),
    );
    expect(error.code).to.equal('DPONE_INPUT_INVALID');
    const key = await errorOf(
      Promise.resolve().then(() =>
        initManifest(
          { sourceType: 'files', sinkType: 'server', strategy: 'm' },
          { source, sink, strategy: { options: z.object({}), example: {}, uniqueKey: 'required' } },
        ),
      ),
    );
    expect(key.code).to.equal('DPONE_OPTION_CONFLICT');
  });
});
