import { clickhouseMissing, freshClickHouse, freshDatabase, freshMssql, mssqlMissing } from '@dpone/test-services';
import { linkPlugins } from '../support/link-plugin.js';
import { tempProject } from '../support/temp-project.js';
import { flagsOf, writeEvidence } from './arguments.js';
import { stateStory, type StateFindings, type StateStore } from './state-story.js';

/** A store, why it is not here, and how it is opened. */
interface Offered {
  readonly missing: () => string | undefined | Promise<string | undefined>;
  readonly open: () => Promise<{ readonly table: StateStore['table']; readonly close: () => Promise<void> }>;
}

const uriSide =
  (type: string, uri: string, schema?: string): StateStore['table'] =>
  (name) => ({ type, connection: uri, table: { ...(schema === undefined ? {} : { schema }), name } });

const STORES: Readonly<Record<string, Offered>> = {
  postgres: {
    missing: () => undefined,
    open: async () => {
      const database = await freshDatabase();
      return { table: uriSide('postgres', database.uri, 'public'), close: () => database.drop() };
    },
  },
  duckdb: {
    missing: () => undefined,
    open: () => Promise.resolve({ table: uriSide('duckdb', 'state.duckdb'), close: () => Promise.resolve() }),
  },
  clickhouse: {
    missing: clickhouseMissing,
    open: async () => {
      const database = await freshClickHouse();
      return { table: uriSide('clickhouse', database.uri), close: () => database.drop() };
    },
  },
  mssql: {
    missing: mssqlMissing,
    open: async () => {
      const database = await freshMssql();
      return { table: uriSide('mssql', database.uri, 'dbo'), close: () => database.drop() };
    },
  },
};

/**
 * `npm run certify:state`: proves on real stores that state never runs ahead of the data, and that rows that are gone
 * from the source go from the target. Writes `state_evidence.json`, `reconciliation_evidence.json`, and
 * `replay_evidence.json`: a load that was killed, taken up again.
 */
const { 'output-dir': folder, stores } = flagsOf({ 'output-dir': 'test_artifacts/live_certification', stores: '' });
const named = stores.split(',').flatMap((name) => name.trim() || []);
const stray = named.find((name) => !(name in STORES));
if (stray !== undefined) {
  process.stderr.write(`There is no store ${stray}; there are: ${Object.keys(STORES).join(', ')}.\n`);
  process.exit(2);
}
const project = tempProject();
linkPlugins(project, 'connector-clickhouse', 'connector-mssql');
const source = await freshDatabase();
const found: StateFindings[] = [];
const missing: { readonly store: string; readonly reason: string }[] = [];
try {
  for (const [id, offered] of Object.entries(STORES)) {
    if (named.length > 0 && !named.includes(id)) continue;
    const why = await offered.missing();
    if (why !== undefined) {
      missing.push({ store: id, reason: why });
      continue;
    }
    const store = await offered.open();
    try {
      found.push(await stateStory(project, source, { id, table: store.table }));
    } finally {
      await store.close();
    }
  }
} finally {
  await source.drop();
  project.remove();
}

const red = found.flatMap(({ store, checks }) =>
  Object.entries(checks).flatMap(([check, passed]) => (passed ? [] : [`${store}.${check}.not_passed`])),
);
const absent = named.filter((name) => missing.some(({ store }) => store === name)).map((name) => `${name}.missing`);
const names = [...new Set(found.flatMap(({ checks }) => Object.keys(checks)))];
await writeEvidence(folder, 'state_evidence.json', {
  schema_version: 'dpone.state_evidence.v1',
  passed: found.length > 0 && red.length + absent.length === 0,
  blockers: [...red, ...absent],
  summary: `${names.length} checks of state in ${found.length} stores`,
  state_backends: found.map(({ store }) => store),
  checks: ['xmin', ...names],
  results: found,
  left_out: missing,
});
const counted = ['no_row_lost_none_twice', 'only_new_rows_are_read_again', 'a_load_of_nothing_new_changes_nothing'];
await writeEvidence(folder, 'replay_evidence.json', {
  schema_version: 'dpone.replay_evidence.v1',
  status: found.length > 0 && red.length + absent.length === 0 ? 'executed' : 'failed',
  passed: found.length > 0 && red.length + absent.length === 0,
  blockers: [...red, ...absent],
  summary: `a load that was killed was taken up again in ${found.length} stores`,
  state_committed: found.length > 0 && found.every(({ checks }) => checks['state_advances_after_the_load'] === true),
  status_checks: names.filter((name) => !counted.includes(name)),
  row_count_checks: names.filter((name) => counted.includes(name)),
});
const deletes = found.filter(({ deletes: { passed } }) => !passed).map(({ store }) => `${store}.deletes.not_passed`);
await writeEvidence(folder, 'reconciliation_evidence.json', {
  schema_version: 'dpone.reconciliation_evidence.v1',
  passed: found.length > 0 && deletes.length === 0,
  blockers: deletes,
  summary: `rows deleted at the source are gone from ${found.length} targets`,
  physical_deletes_checked: found.reduce((sum, { deletes: { checked } }) => sum + checked, 0),
  delete_reconciliation: { passed: found.length > 0 && deletes.length === 0 },
});
// A client of some store may keep a handle open; everything is written, and servers end with this process.
process.exit();
