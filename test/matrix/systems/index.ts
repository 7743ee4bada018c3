import type { System } from '../system.js';
import { clickhouse } from './clickhouse.js';
import { duckdb } from './duckdb.js';
import { files } from './files.js';
import { kafka } from './kafka.js';
import { mssql } from './mssql.js';
import { postgres } from './postgres.js';
import { s3 } from './s3.js';

/** Every system that tests can reach; a connector whose system is none of them fails the square. */
export const SYSTEMS: readonly System[] = [postgres, mssql, clickhouse, kafka, s3, duckdb, files];
