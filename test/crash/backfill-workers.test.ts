import {
  clickhouseMissing,
  freshBucket,
  freshClickHouse,
  freshDatabase,
  freshMssql,
  kafkaMissing,
  mssqlMissing,
  openKafka,
  s3Missing,
  type FreshDatabase,
} from '@dpone/test-services';
import { expect } from 'chai';
import { linkPlugins } from '../support/link-plugin.js';
import { childrenOf } from '../support/process-state.js';
import { skipTest } from '../support/skip-test.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { withDuckdb } from '../matrix/systems/duckdb-sql.js';
import { errorOf, run, status } from './backfill-shop.js';
import { query } from './postgres-shop.js';
import { put } from './s3-shop.js';

/** Ids of the source; chunks are of 0 to before 50. */
const IDS = Array.from({ length: 60 }, (_, i) => i - 5);
const VALUES = IDS.map((id) => `(${id}, 'note ${id}')`).join(', ');
const CSV = `id,note\n${IDS.map((id) => `${id},note ${id}\n`).join('')}`;
const COLUMNS = 'columns: [{name: id, type: bigint}, {name: note, type: text}]';

interface Source {
  readonly id: string;
  missing?(): string | undefined | Promise<string | undefined>;
  /** Makes the source; resolves with its block of the manifest, and what takes it away. */
  seed(project: TempProject): Promise<{ readonly block: string; readonly drop?: () => Promise<void> }>;
}

const SOURCES: readonly Source[] = [
  {
    id: 'files',
    seed: (project) => {
      project.write('events.csv', CSV);
      return Promise.resolve({ block: `options: {path: events.csv, ${COLUMNS}}` });
    },
  },
  {
    id: 'duckdb',
    seed: async (project) => {
      await withDuckdb(project.file('events.duckdb'), async (db) => {
        await db.run(`CREATE TABLE events AS SELECT * FROM (VALUES ${VALUES}) AS v(id, note)`);
      });
      return { block: 'connection: events.duckdb, table: events' };
    },
  },
  {
    id: 'clickhouse',
    missing: clickhouseMissing,
    seed: async () => {
      const db = await freshClickHouse();
      await db.sql('CREATE TABLE events (id Int64, note String) ENGINE = MergeTree ORDER BY id');
      await db.sql(`INSERT INTO events VALUES ${VALUES}`);
      return { block: `connection: "${db.uri}", table: events`, drop: () => db.drop() };
    },
  },
  {
    id: 'mssql',
    missing: mssqlMissing,
    seed: async () => {
      const db = await freshMssql();
      await db.sql('CREATE TABLE dbo.events (id bigint NOT NULL, note nvarchar(100) NULL)');
      await db.sql(`INSERT INTO dbo.events VALUES ${VALUES}`);
      return { block: `connection: "${db.uri}", table: dbo.events`, drop: () => db.drop() };
    },
  },
  {
    id: 's3',
    missing: s3Missing,
    seed: async () => {
      const bucket = await freshBucket();
      await put(bucket, 'in/events.csv', CSV);
      return { block: `connection: "${bucket.uri}", options: {path: in/*.csv, ${COLUMNS}}`, drop: () => bucket.drop() };
    },
  },
  {
    id: 'kafka',
    missing: kafkaMissing,
    seed: async () => {
      const client = await openKafka();
      const topic = client.name('backfill');
      await client.create(topic, 2);
      await client.send(
        topic,
        IDS.map((id) => ({ key: `${id}`, value: JSON.stringify({ id, note: `note ${id}` }) })),
      );
      return {
        block: `connection: "${client.brokers}", topic: "${topic}", options: {metadata: [], ${COLUMNS}}`,
        drop: () => client.close(),
      };
    },
  },
];

const manifest = (type: string, block: string, sink: string): string => `
name: ${type}_events
source: {type: ${type}, ${block}}
sink: {${sink}, strategy: {mode: backfill, unique_key: id, backfill: {inner_mode: incremental_merge, parallel_workers: 2, chunk: {column: id, from: 0, to: 50, step: 25}}}}
`;

describe('worker processes of a backfill', function () {
  this.timeout(300_000);
  let db: FreshDatabase;
  let project: TempProject;
  before(async () => (db = await freshDatabase()));
  after(() => db.drop());
  beforeEach(() => (project = tempProject()));
  afterEach(() => project.remove());

  for (const source of SOURCES)
    it(`read ${source.id} chunk by chunk, each row once; one that is killed (SIGKILL) costs its chunk one more try`, async function () {
      const missing = await source.missing?.();
      if (missing !== undefined) return skipTest(this, missing);
      if (source.id !== 'files' && source.id !== 'duckdb') linkPlugins(project, `connector-${source.id}`);
      const { block, drop } = await source.seed(project);
      try {
        const table = `${source.id}_events`;
        project.write(
          'events.yml',
          manifest(source.id, block, `type: postgres, connection: "${db.uri}", table: ${table}`),
        );
        let owner = 0;
        let victim = 0;
        const watch = setInterval(() => {
          const [child] = owner === 0 || victim !== 0 ? [] : childrenOf(owner);
          if (child === undefined) return;
          victim = child;
          process.kill(child, 'SIGKILL');
        }, 2);
        const result = await run(project, { onStart: (child) => (owner = child.pid!) });
        clearInterval(watch);
        expect(result.code, result.stdout + result.stderr).to.equal(0);
        expect(victim, 'no worker was there').to.not.equal(0);
        const ids = (await query(db.uri, `SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => Number(id));
        expect(ids).to.deep.equal(IDS.filter((id) => id >= 0 && id < 50));
        const { rows, chunks } = await status(project);
        expect(rows).to.equal(50);
        expect(chunks.reduce((sum, { attempts }) => sum + attempts, 0)).to.equal(3);
      } finally {
        await drop?.();
      }
    });

  it('are refused by the plan where the sink takes rows from one process at a time', async () => {
    project.write('events.csv', CSV);
    const block = `options: {path: events.csv, ${COLUMNS}}`;
    project.write('events.yml', manifest('files', block, 'type: duckdb, connection: shop.duckdb, table: events'));
    const refused = await run(project);
    expect(refused.code).to.equal(2);
    expect(errorOf(refused).message).to.equal('one process at a time can write into a duckdb sink');
  });
});
