import { isDponeError, type Column, type LaneId, type Plugin } from '@dpone/sdk';
import type { PlanResult } from '@dpone/engine';
import { plan } from '../support/engine-host.js';
import type { TempProject } from '../support/temp-project.js';
import { EVENT_OPTIONS, eventTable } from './events.js';
import { COLUMNS, KEY, VERSION } from './fixture.js';
import { MODELS, readsRenewed } from './strategies.js';
import type { OpenSystem, System } from './system.js';

/** What the planner decides for a pair, as its golden file holds it. */
export interface PairPlan {
  /** How all columns that pass travel together, and each cheaper lane that was refused, with the reason. */
  readonly lane: string;
  readonly refused_lanes: Readonly<Record<string, string>>;
  /** The cheapest lane between the two, and the columns without which it is taken. */
  readonly cheapest_lane: string;
  readonly cheapest_without: readonly string[];
  /** Each byte lane that both ends know: the way that data takes on it, and the columns that it does not carry. */
  readonly lanes: Readonly<Record<string, { readonly way: string; readonly without: readonly string[] }>>;
  /** Each strategy's reasons, or why the pair has none of it. */
  readonly strategies: Readonly<Record<string, readonly string[] | string>>;
  /** The source's type and the one that a load makes of it. */
  readonly columns: Readonly<Record<string, string>>;
  /** Types of the source that the pair refuses, each with what is said of it. */
  readonly refused_columns: Readonly<Record<string, string>>;
}

/** One way through the square, with what plans need. */
export interface Ends {
  readonly project: TempProject;
  readonly plugins: readonly Plugin[];
  readonly source: System;
  readonly sink: System;
  readonly from: Pick<OpenSystem, 'source'>;
  readonly into: Pick<OpenSystem, 'sink'>;
  /** Byte lanes that both ends declare. */
  readonly shared: readonly LaneId[];
}

/** What a plan or a load leaves out: columns, and lanes other than these. */
export interface Narrowed {
  readonly without?: readonly string[];
  readonly lanes?: readonly string[];
}

/** The table of every type that a source has; each plan leaves out what it does not ask about. */
export const allTypesTable = (source: System): { name: string; columns: readonly Column[] } => ({
  name: 'all_types',
  columns: [KEY, VERSION, ...COLUMNS.filter((column) => source.typeOf(column) !== undefined)],
});

/** The log beside that of a story, in which each key stands once. */
export const renewedTable = ({ name, columns }: { readonly name: string; readonly columns: readonly Column[] }) => ({
  name: `${name}_renewed`,
  columns,
});

/** A manifest that loads the table by a strategy. */
export function manifest(
  { source, from, into }: Pick<Ends, 'source' | 'from' | 'into'>,
  table: { readonly name: string; readonly columns: readonly Column[]; readonly target: string },
  mode: string,
  { without = [], lanes }: Narrowed = {},
): object {
  const model = MODELS[mode]!;
  const held = model.events === true && source.log !== true;
  const side = from.source(held ? eventTable(table) : readsRenewed(model, source) ? renewedTable(table) : table);
  const cursor = model.reads === 'increment' && (held || model.events !== true) ? source.cursor : {};
  const left = without.length === 0 ? {} : { exclude_columns: without };
  return {
    name: table.target,
    source: { ...side, options: { ...side.options, ...cursor, ...left } },
    sink: {
      ...into.sink({ name: table.target }),
      strategy: { mode, ...model.options, ...(held ? EVENT_OPTIONS : {}) },
    },
    ...(lanes === undefined ? {} : { engine: { lanes } }),
  };
}

/** Asks the planner what passes: a column is left out where it is refused on its own as well. */
export async function planPair(ends: Ends, modes: readonly string[]): Promise<PairPlan> {
  const table = { ...allTypesTable(ends.source), target: 'planned' };
  const typed = table.columns.filter((c) => c !== KEY && c !== VERSION);
  const refused = new Map<string, string>();
  const ask = (mode: string, without: readonly string[], lanes?: readonly string[]): Promise<PlanResult | string> =>
    plan(
      ends.project,
      manifest(ends, table, mode, { without, ...(lanes === undefined ? {} : { lanes }) }),
      ends.plugins,
    ).catch(refusalOf);
  let whole = await ask('full_refresh', []);
  while (typeof whole === 'string') {
    const text = whole;
    const named = typed.filter((c) => !refused.has(c.name) && text.includes(`${c.name}: `)).map((c) => c.name);
    const before = refused.size;
    for (const name of named) {
      const alone = await ask(
        'full_refresh',
        typed.filter((c) => c.name !== name).map((c) => c.name),
      );
      if (typeof alone === 'string') refused.set(name, alone);
    }
    if (refused.size === before) throw new Error(`no column alone is why this is refused: ${text}`);
    whole = await ask('full_refresh', [...refused.keys()]);
  }
  const carried = typed.filter((c) => !refused.has(c.name)).map((c) => c.name);
  const askFor = (without: readonly string[], lanes?: readonly string[]): Promise<PlanResult | string> =>
    ask('full_refresh', [...refused.keys(), ...without], lanes);
  const cheapest = await cheapestLane(whole, carried, askFor);
  const strategies: Record<string, readonly string[] | string> = {};
  for (const mode of modes) {
    const planned = mode === 'full_refresh' ? whole : await ask(mode, [...refused.keys()]);
    strategies[mode] = typeof planned === 'string' ? planned : reasonsOf(planned);
  }
  const made = physicalTypes(whole);
  const arrow = (c: Column): string => `${ends.source.typeOf(c)} -> ${made.get(c.name)}`;
  return {
    lane: laneOf(whole),
    refused_lanes: Object.fromEntries(whole.lane.refused.map(({ lane, reason }) => [lane, reason])),
    cheapest_lane: cheapest.lane,
    cheapest_without: cheapest.without,
    lanes: await lanesBetween(ends.shared, carried, askFor),
    strategies,
    columns: Object.fromEntries(typed.filter((c) => carried.includes(c.name)).map((c) => [c.name, arrow(c)])),
    refused_columns: Object.fromEntries(refused),
  };
}

/** Leaves out the columns that a cheaper lane was refused for, the cheapest first, until one is taken. */
async function cheapestLane(
  whole: PlanResult,
  carried: readonly string[],
  ask: (without: readonly string[]) => Promise<PlanResult | string>,
): Promise<{ readonly lane: string; readonly without: readonly string[] }> {
  for (const { reason } of whole.lane.refused) {
    const without = carried.filter((name) => reason.includes(`${name}: `));
    const planned = without.length === 0 ? whole : await ask(without);
    if (typeof planned !== 'string' && laneOf(planned) !== laneOf(whole)) return { lane: laneOf(planned), without };
  }
  return { lane: laneOf(whole), without: [] };
}

/** Of each lane what it carries: a column is left out where the lane was refused for it. */
async function lanesBetween(
  ids: readonly string[],
  carried: readonly string[],
  ask: (without: readonly string[], lanes: readonly string[]) => Promise<PlanResult | string>,
): Promise<PairPlan['lanes']> {
  const found: Record<string, { way: string; without: readonly string[] }> = {};
  for (const id of ids) {
    let without: readonly string[] = [];
    let planned = await ask(without, [id]);
    while (typeof planned === 'string') {
      const text = planned;
      const named = carried.filter((name) => !without.includes(name) && text.includes(`${name}: `));
      if (named.length === 0) break;
      without = [...without, ...named];
      planned = await ask(without, [id]);
    }
    if (typeof planned !== 'string' && without.length < carried.length) found[id] = { way: laneOf(planned), without };
  }
  return found;
}

const laneOf = (planned: PlanResult): string => String(planned['bulk_path']);

function refusalOf(error: unknown): string {
  if (isDponeError(error)) return `${error.code}: ${error.message}`;
  throw error;
}

const reasonsOf = (planned: PlanResult): readonly string[] => (planned['strategy'] as { reasons: string[] }).reasons;

const physicalTypes = (planned: PlanResult): ReadonlyMap<string, string | null> =>
  new Map(
    (planned['physical_design'] as { columns: { name: string; type: string | null }[] }).columns.map((c) => [
      c.name,
      c.type,
    ]),
  );
