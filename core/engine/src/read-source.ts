import {
  fail,
  orderedJson,
  type LiveSource,
  type LiveSourceOptions,
  type RowBatch,
  type SourceBlock,
  type SourceRead,
} from '@dpone/sdk';
import { pluginContext } from './context.js';
import type { EngineHost } from './host.js';
import { issuesError, Issues } from './manifest/issue.js';
import type { ProcessSpec } from './manifest/process-spec.js';
import { readJson } from './manifest/read/read-json.js';
import { buildSpec } from './manifest/spec/build-spec.js';
import type { RunOptions } from './options.js';
import { columnsToRead } from './plan/columns.js';
import { readSide, refuseTable } from './plan/open-process.js';

/** Opens what a `source:` block of a manifest describes, outside of any load, and closes it after. Touches no state. */
export async function readSource<T>(
  host: EngineHost,
  block: SourceBlock,
  options: LiveSourceOptions & Pick<RunOptions, 'signal'>,
  use: (source: LiveSource) => Promise<T>,
): Promise<T> {
  const spec = specOf(host, block, options.where);
  const scope = host.openScope(`read ${options.where}`);
  const enough = new AbortController();
  const signal = options.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]);
  try {
    const context = pluginContext(host, scope, { signal });
    const definition = await host.definition('source', spec.source.type);
    refuseTable(spec, 'source', definition);
    const side = await readSide(host, scope, context, spec, 'source', definition);
    const { table } = spec.source;
    const source = await scope.use('source', () =>
      definition.create({ ...context, ...side, ...(table === undefined ? {} : { table }) }),
    );
    const open = (columns: readonly string[] | undefined): Promise<SourceRead> =>
      source.open({
        scope: 'all',
        state: null,
        parallel: 1,
        badRows: 'fail',
        ...(columns === undefined ? {} : { columns }),
        ...(spec.source.customPredicate === undefined
          ? {}
          : { where: { op: 'sql', sql: spec.source.customPredicate } }),
      });
    let read = await open(options.columns);
    try {
      const columns =
        options.columns === undefined && options.own !== true ? columnsToRead(read.schema, spec) : undefined;
      if (columns !== undefined) {
        await read.close();
        read = await open(columns);
      }
      const { schema } = read;
      const result = await use({ schema, batches: () => batchesOf(read), tempDir: () => context.tempDir() });
      await read.verify();
      return result;
    } finally {
      await read.close();
    }
  } finally {
    enough.abort();
    await scope.dispose();
  }
}

async function* batchesOf(read: SourceRead): AsyncGenerator<RowBatch> {
  for (const partition of read.partitions) {
    const data = await read.data(partition, { id: 'rows', transport: 'rows' });
    if (data.transport !== 'rows') throw fail('DPONE_INTERNAL', 'the source gave another lane than rows');
    yield* data.batches;
  }
}

/** The block as the manifest's own parser reads it; the sink beside it is never opened. */
function specOf(host: EngineHost, block: SourceBlock, where: string): ProcessSpec {
  const issues = new Issues();
  const document = { name: 'source', source: block, sink: { type: 'none', table: 'none' } };
  const node = readJson(orderedJson(document, 0), where, 'manifest');
  const spec = node?.kind === 'map' ? buildSpec(node, null, { path: where, file: where, env: host.env, issues }) : null;
  if (spec === null) throw issuesError(issues.list);
  return spec;
}
