import { quoteLiteral, type Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { createTable, insertRows, selectRows, typeName, withDuckdb } from './duckdb-sql.js';

/** The type that DuckDB writes into a parquet file; undefined where the format or DuckDB has none that keeps it. */
export const parquetType = ({ type }: Column): string | undefined =>
  type.kind === 'interval' || (type.kind === 'time' && type.precision > 6) ? undefined : typeName(type);

/** Writes a parquet file by DuckDB alone. */
export const writeParquet = (path: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> =>
  withDuckdb(':memory:', async (db) => {
    await db.run(createTable('t', columns));
    await db.run(insertRows('t', columns, rows));
    await db.run(`COPY t TO ${quoteLiteral(path)} (FORMAT parquet)`);
  });

/** The rows of parquet files by DuckDB alone. */
export const readParquet = (paths: readonly string[], columns: readonly Column[]): Promise<Row[]> =>
  withDuckdb(':memory:', (db) =>
    selectRows(db, `read_parquet([${paths.map(quoteLiteral).join(', ')}], union_by_name = true)`, columns),
  );
