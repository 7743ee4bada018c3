import {
  clickhouseMissing,
  freshBucket,
  freshClickHouse,
  freshMssql,
  mssqlMissing,
  s3Missing,
} from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { linkPlugins } from '../support/link-plugin.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { errorOf, run, status } from './backfill-shop.js';
import { keysOf, textOf } from './s3-shop.js';

/** Ids of the source; chunks are of 0 to before 50. */
const IDS = Array.from({ length: 60 }, (_, i) => i - 5);
const CSV = `id,note\n${IDS.map((id) => `${id},note ${id}\n`).join('')}`;
const IN_RANGE = IDS.filter((id) => id >= 0 && id < 50);

interface Target {
  readonly uri: string;
  /** Ids in the target, by the system's own client. */
  ids(): Promise<number[]>;
  /** How many receipts there are, and whether staging was left behind. */
  receipts(): Promise<{ readonly receipts: number; readonly staging: readonly string[] }>;
  drop(): Promise<void>;
}

interface Sink {
  readonly id: string;
  readonly inner: string;
  /** Where the ledger is kept: in the target where the sink can compare and write at once. */
  readonly ledger: 'target' | 'store';
  /** Lines of the block besides `type` and `connection`. */
  readonly block: string;
  missing(): string | undefined | Promise<string | undefined>;
  open(): Promise<Target>;
}

const numbers = (rows: readonly { readonly id: unknown }[]): number[] => rows.map(({ id }) => Number(id));
const namesOf = (rows: readonly { readonly name: string }[]): string[] =>
  rows.map(({ name }) => name).filter((name) => name.includes('__stg'));

const SINKS: readonly Sink[] = [
  {
    id: 'clickhouse',
    inner: 'replace',
    ledger: 'store',
    block: 'table: events',
    missing: clickhouseMissing,
    async open() {
      const db = await freshClickHouse();
      return {
        uri: db.uri,
        ids: async () => numbers(await db.sql<{ id: string }>('SELECT toString(id) AS id FROM events')),
        receipts: async () => ({
          receipts: (await db.sql('SELECT DISTINCT load_id FROM __dpone__loads')).length,
          staging: namesOf(await db.sql<{ name: string }>('SHOW TABLES')),
        }),
        drop: () => db.drop(),
      };
    },
  },
  {
    id: 'mssql',
    inner: 'replace',
    ledger: 'target',
    block: 'table: dbo.events',
    missing: mssqlMissing,
    async open() {
      const db = await freshMssql();
      return {
        uri: db.uri,
        ids: async () => numbers(await db.sql<{ id: number }>('SELECT id FROM dbo.events')),
        receipts: async () => ({
          receipts: (await db.sql('SELECT load_id FROM dbo.__dpone__loads')).length,
          staging: namesOf(await db.sql<{ name: string }>('SELECT name FROM sys.tables')),
        }),
        drop: () => db.drop(),
      };
    },
  },
  {
    id: 's3',
    inner: 'incremental_append',
    ledger: 'store',
    block: 'table: events, options: {path: lake/events/, format: jsonl, lineage: off}',
    missing: s3Missing,
    async open() {
      const bucket = await freshBucket();
      return {
        uri: bucket.uri,
        async ids() {
          const texts = await Promise.all((await keysOf(bucket, 'lake/events/')).map((key) => textOf(bucket, key)));
          const lines = texts.flatMap((text) => text.trimEnd().split('\n'));
          return numbers(lines.map((line) => JSON.parse(line) as { id: unknown }));
        },
        async receipts() {
          const kept = await keysOf(bucket, 'lake/_dpone/');
          return {
            receipts: kept.filter((key) => key.includes('/loads/')).length,
            staging: kept.filter((key) => key.includes('__dpone__stg')),
          };
        },
        drop: () => bucket.drop(),
      };
    },
  },
];

const manifest = ({ id, block }: Sink, uri: string, inner: string, state: string): string => `
name: events
source: {type: files, options: {path: events.csv, columns: [{name: id, type: bigint}, {name: note, type: text}]}}
sink: {type: ${id}, connection: "${uri}", ${block}, strategy: {mode: backfill, backfill: {inner_mode: ${inner}, chunk: {column: id, from: 0, to: 50, step: 20}}}}
${state}`;

describe('a backfill into a sink of another kind', function () {
  this.timeout(300_000);

  for (const sink of SINKS)
    describe(sink.id, () => {
      let target: Target;
      let project: TempProject;
      before(async function () {
        skipWithout(this, await sink.missing());
        target = await sink.open();
        project = tempProject({ 'events.csv': CSV });
        linkPlugins(project, `connector-${sink.id}`);
      });
      after(async () => {
        project?.remove();
        await target?.drop();
      });
      const write = (inner: string, state: string): void =>
        project.write('events.yml', manifest(sink, target.uri, inner, state));

      if (sink.ledger === 'store')
        it('is refused by the plan, which names a store, or an inner mode that the sink can do', async () => {
          const plan = () => dpone(['plan', 'events.yml', '--format', 'json'], { cwd: project.path });
          write(sink.inner, '');
          const refused = await plan();
          expect(refused.code, refused.stdout).to.equal(2);
          expect(errorOf(refused).message).to.include('cannot keep the ledger of a backfill');
          expect(errorOf(refused).remedy).to.include('state: {type: file}');
          if (sink.inner !== 'incremental_append') return;
          write('replace', 'state: {type: file}');
          const other = errorOf(await plan());
          expect(other.message).to.include('chunks by replace need a sink that can delete');
          expect(other.remedy).to.include('incremental_append');
        });

      it('killed (SIGKILL) and begun again, loads each chunk once', async () => {
        write(sink.inner, sink.ledger === 'store' ? 'state: {type: file}' : '');
        for (const step of ['stage.written:2', 'finalize.changed', 'finalize.committed']) {
          const killed = await run(project, { env: { DPONE_FAULT_AT: step } });
          expect(killed.signal, `${step}: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');
        }
        const last = await run(project);
        expect(last.code, last.stdout + last.stderr).to.equal(0);
        expect((await target.ids()).toSorted((a, b) => a - b)).to.deep.equal(IN_RANGE);
        expect(await target.receipts()).to.deep.equal({ receipts: 3, staging: [] });
        expect(await status(project)).to.deep.include({ status: 'complete', rows: IN_RANGE.length });
      });
    });
});
