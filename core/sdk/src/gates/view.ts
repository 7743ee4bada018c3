import { orderedJson } from '../util/stable-json.js';
import type { GateReport } from './gate.js';
import { firstOf, isStoredList, MOST_IN_MEMORY } from './long-list.js';

/** A part of a page. */
export type Section = { readonly heading?: string } & (
  | { readonly head: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly list: readonly string[] }
  | { readonly steps: readonly string[] }
  | { readonly text: string }
  | { readonly code: string; readonly language?: string }
);

/** A table whose rows are objects of the report. */
export interface TableView {
  readonly heading?: string;
  /** The key of the report that holds the rows. */
  readonly of: string;
  /** Heading of a column to the key of a row. */
  readonly columns: Readonly<Record<string, string>>;
}

/** How a report is shown to people: data, from which Markdown, HTML, JUnit, SARIF and annotations are made alike. */
export interface GateView<R extends GateReport = GateReport> {
  /** `release gate`: the page's heading is `dpone release gate`. */
  readonly title: string;
  /** Keys of the report that stand at its head. */
  readonly facts: readonly string[];
  readonly tables?: readonly TableView[];
  /** What a table cannot show. */
  sections?(report: R): readonly Section[];
  /** What to do when it is red, step by step. */
  readonly runbook?: readonly string[];
}

/** A page, ready to be rendered. */
export interface Page {
  readonly title: string;
  readonly facts: readonly (readonly [label: string, value: unknown])[];
  readonly sections: readonly Section[];
}

const LISTS = [
  ['blockers', 'Blockers'],
  ['warnings', 'Warnings'],
  ['waived', 'Waived requirements'],
] as const;

/** The page of a report. Blockers always have their place; warnings and waived requirements where there are some. */
export function pageOf<R extends GateReport>(view: GateView<R>, report: R): Page {
  const tables = (view.tables ?? []).flatMap(({ heading, of, columns }): Section[] => {
    const rows = rowsOf(report, of).map((row) => Object.values(columns).map((key) => row[key]));
    const table = { ...(heading === undefined ? {} : { heading }), head: Object.keys(columns), rows };
    const all = report[of];
    if (!isStoredList(all)) return [table];
    return [table, { text: `These are the first ${rows.length} of ${all.length}; the JSON has all of them.` }];
  });
  const lists = LISTS.flatMap(([key, heading]): Section[] => {
    const list = report[key];
    if (!Array.isArray(list) || (list.length === 0 && key !== 'blockers')) return [];
    return [{ heading, list: list.length === 0 ? ['none'] : (list as unknown[]).map(cellText) }];
  });
  return {
    title: `dpone ${view.title}`,
    facts: view.facts.map((key) => [label(key), report[key]]),
    sections: [
      ...tables,
      ...(view.sections?.(report) ?? []),
      ...lists,
      ...(view.runbook === undefined ? [] : [{ heading: 'Runbook', steps: view.runbook }]),
    ],
  };
}

/** The objects under a key of a report: none where it is no list, the first ones where it is too long for memory. */
export function rowsOf(report: GateReport, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list = report[key];
  const rows = isStoredList(list) ? firstOf(list, MOST_IN_MEMORY) : list;
  if (!Array.isArray(rows)) return [];
  return (rows as unknown[]).filter(
    (row): row is Record<string, unknown> => typeof row === 'object' && row !== null && !Array.isArray(row),
  );
}

const label = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replaceAll('_', ' ');

/** A value as a person reads it in a cell. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '-';
  if (typeof value === 'boolean') return value ? 'pass' : 'fail';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map(cellText).join(', ');
  return orderedJson(value, 0);
}
