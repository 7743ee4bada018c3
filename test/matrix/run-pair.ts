import type { ProcessResult } from '@dpone/engine';
import type { Column } from '@dpone/sdk';
import type { Row } from '@dpone/testkit';
import { load } from '../support/engine-host.js';
import { eventsOf, eventTable } from './events.js';
import { rowsAfter, rowsParting, story, type Story } from './fixture.js';
import { manifest, renewedTable, type Ends, type Narrowed } from './plan-pair.js';
import { MODELS, readsNews, readsRenewed } from './strategies.js';
import type { OpenSystem, Table } from './system.js';

/** A way through the square whose both ends are there. */
export interface LiveEnds extends Ends {
  readonly from: OpenSystem;
  readonly into: OpenSystem;
}

/** What a load said, and what is in its target afterwards. */
export interface Round {
  readonly result: ProcessResult | Error;
  readonly rows: readonly Row[] | null;
}

export interface PairRun {
  readonly story: Story;
  readonly columns: readonly Column[];
  /** Of each strategy: the load of what the source holds at first, the load after it changed, and one more. */
  readonly rounds: ReadonlyMap<string, readonly Round[]>;
}

/** Loads the columns by each strategy into a target of its own, before and after the source changes. */
export async function runPair(
  ends: LiveEnds,
  columns: readonly Column[],
  modes: readonly string[],
  told: Story = storyOf(ends, columns),
): Promise<PairRun> {
  const { source, sink, from } = ends;
  const name = `${source.id}_${sink.id}`;
  const table = { name, columns };
  await from.seed(table, told.first, rowsParting(told));
  const events = source.log === true || !modes.some((mode) => MODELS[mode]!.events) ? undefined : eventsOf(told).held;
  if (events !== undefined) await from.seed(eventTable(table), events.first);
  const renewed = modes.some((mode) => readsRenewed(MODELS[mode]!, source));
  if (renewed) await from.seed(renewedTable(table), told.first);
  const rounds = new Map<string, Round[]>(modes.map((mode) => [mode, []]));
  const loadAll = async (wanted: readonly string[]): Promise<void> => {
    await Promise.all(
      wanted.map(async (mode) => {
        rounds.get(mode)!.push(await loadOnce(ends, { ...table, target: `${name}_${mode}` }, mode));
      }),
    );
  };
  await loadAll(modes);
  await from.change(table, told);
  if (events !== undefined) await from.change(eventTable(table), events);
  if (renewed) await from.renew!(renewedTable(table), rowsAfter(told));
  await loadAll(modes);
  await loadAll(modes.filter((mode) => readsNews(MODELS[mode]!, source)));
  return { story: told, columns, rounds };
}

/** Rows of the values that both ends reach. */
export const storyOf = (ends: Ends, columns: readonly Column[]): Story => story(columns, bothReach(ends));

/** Whether both ends reach a value of the column. */
export const bothReach =
  ({ source, sink }: Pick<Ends, 'source' | 'sink'>) =>
  (column: Column, value: unknown): boolean =>
    (source.reaches?.(column, value) ?? true) && (sink.reaches?.(column, value) ?? true);

/** Loads a table of the source once, and looks at what is there then. */
export async function loadOnce(
  ends: LiveEnds,
  table: Table & { readonly target: string },
  mode: string,
  narrowed: Narrowed = {},
): Promise<Round> {
  const { columns, target } = table;
  const result = await load(ends.project, manifest(ends, table, mode, narrowed), ends.plugins).catch(
    (error: unknown) => error as Error,
  );
  return { result, rows: await ends.into.rows({ name: target, columns }) };
}

/** The first load of a table of these columns, and what its target must hold then. */
export interface FirstLoad {
  readonly table: Table & { readonly target: string };
  readonly first: readonly Row[];
  readonly round: Round;
}

/** Refreshes a target from a table of its own. */
export async function loadFirst(
  ends: LiveEnds,
  columns: readonly Column[],
  suffix: string,
  narrowed: Narrowed = {},
): Promise<FirstLoad> {
  const name = `${ends.source.id}_${ends.sink.id}_${suffix}`;
  const table = { name, columns, target: `${name}_target` };
  const { first } = storyOf(ends, columns);
  await ends.from.seed(table, first);
  return { table, first, round: await loadOnce(ends, table, 'full_refresh', narrowed) };
}
