import { canonicalType, mssqlSink, mssqlSource, sourceCapabilities } from '@dpone/connector-mssql';
import { definePlugin, defineSink, defineSource, type Column, type LaneOffer, type SourceRead } from '@dpone/sdk';
import type { DeclaredSystem } from '../system.js';

/**
 * SQL Server by what its connector declares: types, lanes and statements are the connector's own, only what a server
 * would have said of its tables is said by the test.
 */
export function declaredMssql(typeName: (column: Column) => string | undefined): DeclaredSystem {
  const tables = new Map<string, readonly Column[]>();
  const lanes = sourceCapabilities.lanes.map((id): LaneOffer => ({ id, transport: 'rows', cost: 20 }));
  const source = defineSource({
    ...mssqlSource,
    create: ({ table }) => ({
      check: () => Promise.resolve([]),
      open: ({ columns }) => {
        const all = tables.get(table!.name)!;
        const wanted = columns === undefined ? all : all.filter((c) => columns.includes(c.name));
        return Promise.resolve(read(wanted));
      },
      close: () => Promise.resolve(),
    }),
  });
  const read = (columns: readonly Column[]): SourceRead => ({
    schema: { columns },
    estimate: {},
    partitions: [{ index: 0, spec: null }],
    lanes,
    advance: { kind: 'none' },
    identity: null,
    data: () => Promise.reject(new Error('no server, no data')),
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  });
  const sink = defineSink({
    ...mssqlSink,
    create: async (ctx) => {
      const made = await mssqlSink.create(ctx);
      made.inspect = () => Promise.resolve({ exists: false, schema: null });
      made.state = () => Promise.resolve(null);
      return made;
    },
  });
  const side = (schema: string, name: string) => ({
    type: 'mssql',
    connection: 'mssql://nobody:none@127.0.0.1:1/none',
    table: { schema, name },
  });
  return {
    plugin: definePlugin({
      register(host) {
        host.source('mssql', source);
        host.sink('mssql', sink);
      },
    }),
    source: ({ name, columns }) => {
      tables.set(
        name,
        columns.map((column) => asDescribed(column, typeName(column)!)),
      );
      return side('shop', name);
    },
    sink: ({ name }) => side('mart', name),
  };
}

const asDescribed = (column: Column, native: string): Column => ({
  ...column,
  type: canonicalType(native)!,
  native: { system: 'mssql', type: native },
});
