import type { FreshDatabase } from '@dpone/test-services';
import type { TempProject } from '../support/temp-project.js';
import { dponeJson } from './shell.js';

/** A store whose state is proved: where the target is, as a manifest says it. */
export interface StateStore {
  readonly id: string;
  /** `type`, `connection`, `table` of a block that names the target's table; of a sink and of a source alike. */
  readonly table: (name: string) => Readonly<Record<string, unknown>>;
}

/** What was seen: each check by its name, and how many rows that are gone from the source are gone from the target. */
export interface StateFindings {
  readonly store: string;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly deletes: { readonly checked: number; readonly passed: boolean };
  readonly state: unknown;
}

const FIRST = 500;
const CHANGED = 50;
const ADDED = 25;
const DELETED = 40;

interface Loaded {
  readonly code: number;
  readonly rows: number;
}

/**
 * Loads a table of Postgres by its transactions into the store: once, once killed in the middle of its commit, once to
 * the end, once with nothing new; then a table of which rows are deleted. After each it asks the store for its state.
 */
export async function stateStory(
  project: TempProject,
  source: FreshDatabase,
  store: StateStore,
): Promise<StateFindings> {
  const from = `${store.id}_orders`;
  const at = { cwd: project.path };
  const side = (name: string) => ({ type: 'postgres', connection: source.uri, table: { schema: 'public', name } });
  const write = (name: string, options: object, strategy: object): string => {
    const file = `${store.id}-${name}.json`;
    const manifest = {
      name: `${store.id}_${name}`,
      source: { ...side(from), options },
      sink: { ...store.table(`${name}_orders`), strategy },
    };
    project.write(file, JSON.stringify(manifest));
    return file;
  };
  const load = async (manifest: string): Promise<Loaded> => {
    const { code, report } = await dponeJson(['run', manifest], at);
    // A run of one process prints that process.
    const { result } = report as { result?: { extracted_rows: number; errors: readonly { message: string }[] } };
    if (code !== 0) process.stderr.write(`${manifest}: ${JSON.stringify(result?.errors ?? report)}\n`);
    return { code, rows: result?.extracted_rows ?? 0 };
  };
  const stateOf = async (manifest: string): Promise<string> =>
    JSON.stringify((await dponeJson(['state', 'inspect', manifest], at)).report['state']);
  const agrees = async (name: string): Promise<boolean> => {
    const blocks = ['--source', JSON.stringify(side(from)), '--target', JSON.stringify(store.table(`${name}_orders`))];
    const { code, report } = await dponeJson(
      ['ops', 'reconcile', '--key', 'id', '--compare-columns', 'note', ...blocks, '--output-dir', 'reconciliation'],
      at,
    );
    // A comparison that could not be made says nothing about the rows.
    if (code > 1) throw new Error(`${store.id}: the ${name} rows were not compared: ${JSON.stringify(report)}`);
    return code === 0;
  };

  await source.sql(`CREATE TABLE ${from} (id bigint PRIMARY KEY, note text);
    INSERT INTO ${from} SELECT i, 'first ' || i FROM generate_series(1, ${FIRST}) i`);
  const merge = write('merged', { incremental_strategy: 'xmin' }, { mode: 'incremental_merge', unique_key: 'id' });
  const checks: Record<string, boolean> = {};
  checks['no_state_before_the_first_load'] = (await stateOf(merge)) === 'null';
  const first = await load(merge);
  const afterFirst = await stateOf(merge);
  checks['state_committed_with_the_load'] = first.code === 0 && first.rows === FIRST && afterFirst !== 'null';
  await source.sql(`UPDATE ${from} SET note = 'changed ' || id WHERE id <= ${CHANGED};
    INSERT INTO ${from} SELECT ${FIRST} + i, 'added ' || i FROM generate_series(1, ${ADDED}) i`);
  const killed = await dponeJson(['run', merge], { ...at, env: { DPONE_FAULT_AT: 'finalize.begun' } }).catch(
    () => null,
  );
  checks['state_stays_where_a_load_is_killed'] = killed === null && (await stateOf(merge)) === afterFirst;
  const second = await load(merge);
  const afterSecond = await stateOf(merge);
  checks['state_advances_after_the_load'] = second.code === 0 && afterSecond !== afterFirst;
  checks['only_new_rows_are_read_again'] = second.rows >= CHANGED + ADDED && second.rows < FIRST;
  checks['no_row_lost_none_twice'] = await agrees('merged');
  checks['a_load_of_nothing_new_changes_nothing'] = (await load(merge)).code === 0 && (await agrees('merged'));

  const whole = write('whole', {}, { mode: 'full_refresh' });
  await load(whole);
  await source.sql(`DELETE FROM ${from} WHERE id > ${FIRST + ADDED - DELETED}`);
  const differs = !(await agrees('whole'));
  await load(whole);
  // A comparison that saw no difference while there was one would prove nothing now.
  const passed = differs && (await agrees('whole'));
  return {
    store: store.id,
    checks,
    deletes: { checked: passed ? DELETED : 0, passed },
    state: JSON.parse(afterSecond),
  };
}
