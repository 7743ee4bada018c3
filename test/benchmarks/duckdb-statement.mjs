// The baseline: DuckDB's own single statement, with its default settings, in a Node process of its own.
// usage: node duckdb-statement.mjs <path of @duckdb/node-api> <database> <sql>
import { pathToFileURL } from 'node:url';

const [, , api, database, sql] = process.argv;
const { DuckDBInstance } = await import(pathToFileURL(api).href);
const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
await connection.run(sql);
connection.closeSync();
instance.closeSync();
