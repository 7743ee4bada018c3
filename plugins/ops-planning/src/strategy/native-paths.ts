import { systemName } from './systems.js';

/** The fastest way between two systems with their own tools. */
export interface NativePath {
  readonly id: string;
  readonly tools: readonly string[];
  readonly fallback: string;
}

const PATHS: Readonly<Record<string, NativePath>> = {
  'postgres mssql': {
    id: 'postgres_copy_to_mssql_bcp',
    tools: ['psycopg', 'bcp'],
    fallback: 'pyodbc_fast_executemany',
  },
  'mssql clickhouse': {
    id: 'mssql_bcp_queryout_to_clickhouse_direct_tsv',
    tools: ['bcp', 'clickhouse-client'],
    fallback: 'streaming_rows',
  },
  'postgres clickhouse': {
    id: 'postgres_copy_to_clickhouse_http_tsv',
    tools: ['psycopg', 'clickhouse-client or curl'],
    fallback: 'streaming_rows',
  },
  'mssql mssql': { id: 'mssql_bcp_queryout_to_bcp_import', tools: ['bcp'], fallback: 'pyodbc_fast_executemany' },
};

const ROWS: NativePath = { id: 'streaming_rows', tools: ['python'], fallback: 'streaming_rows' };

export const nativePath = (source: string, sink: string): NativePath =>
  PATHS[`${systemName(source)} ${systemName(sink)}`] ?? ROWS;
