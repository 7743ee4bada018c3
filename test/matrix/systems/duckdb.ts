import { existsSync } from 'node:fs';
import type { System } from '../system.js';
import { createTable, insertRows, selectRows, typeName, withDuckdb } from './duckdb-sql.js';

const SOURCE = 'source.duckdb';
/** Each target is a database of its own: one load at a time writes a file. */
const sinkOf = (name: string): string => `${name}.duckdb`;

export const duckdb: System = {
  id: 'duckdb',
  memory: 'table',
  missing: () => undefined,
  typeOf: ({ type }) => typeName(type),
  cursor: { incremental_column: 'version' },
  open: (project) => {
    const side = (connection: string, name: string) => ({
      type: 'duckdb',
      connection,
      table: { schema: 'main', name },
    });
    return Promise.resolve({
      source: ({ name }) => side(SOURCE, name),
      sink: ({ name }) => side(sinkOf(name), name),
      seed: ({ name, columns }, rows) =>
        withDuckdb(project.file(SOURCE), async (db) => {
          await db.run(createTable(name, columns));
          await db.run(insertRows(name, columns, rows));
        }),
      change: ({ name, columns }, { changed, added, deleted }) =>
        withDuckdb(project.file(SOURCE), async (db) => {
          const ids = [...changed, ...deleted].map((row) => row['id'] as bigint).join(', ');
          await db.run(`DELETE FROM ${name} WHERE id IN (${ids})`);
          await db.run(insertRows(name, columns, [...changed, ...added]));
        }),
      rows: async ({ name, columns }) => {
        if (!existsSync(project.file(sinkOf(name)))) return null;
        return withDuckdb(project.file(sinkOf(name)), async (db) => {
          const found = await db.runAndReadAll(`SELECT 1 FROM duckdb_tables() WHERE table_name = '${name}'`);
          return found.currentRowCount === 0 ? null : selectRows(db, name, columns);
        });
      },
      close: () => Promise.resolve(),
    });
  },
};
