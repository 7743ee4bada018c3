import { fail, typeName, type Column, type FinalizeStep, type LoadProgram } from '@dpone/sdk';
import type { Layout } from './layout.js';

/** The one thing that a program does to the objects. Refuses what objects cannot do, before anything is staged. */
export function onlyStep(layout: Layout, program: LoadProgram): 'replace' | 'append' {
  const [step, ...more] = program.steps;
  if (step === undefined || more.length > 0)
    throw fail('DPONE_CAPABILITY', `an s3 sink carries out one step, not ${program.steps.length}`);
  if (step.op === 'replace_all') return 'replace';
  if (step.op !== 'append' || step.unlessKey !== undefined) throw unable(step);
  if (!layout.single) return 'append';
  throw fail('DPONE_CAPABILITY', `nothing can be added to the single object ${layout.label}`, {
    where: 'sink.options.path',
    remedy: 'Name a prefix (s3://bucket/orders/): each load adds objects to it. Or use full_refresh.',
  });
}

function unable(step: FinalizeStep): Error {
  const what = step.op === 'append' ? 'append rows by key (only_new_rows)' : step.op;
  return fail('DPONE_CAPABILITY', `an s3 sink cannot ${what}: rows of objects are not matched`, {
    where: 'sink.strategy',
    remedy: 'Use full_refresh, or incremental_append without only_new_rows; load into a database to match rows.',
  });
}

/** The target's columns after the load: the load's, and those of older objects that it does not fill. */
export function columnsAfter(how: 'replace' | 'append', before: readonly Column[], program: LoadProgram): Column[] {
  const loaded = program.columns.map((c) => ({ ...c, nullable: true }));
  if (how === 'replace') return loaded;
  const kept = before.map((old) => loaded.find((c) => c.name === old.name) ?? old);
  return [...kept, ...loaded.filter((c) => !before.some((old) => old.name === c.name))];
}

/** Without a header the columns of all objects of a prefix must stand in one order. */
export function refuseShifted(layout: Layout, before: readonly Column[], program: LoadProgram): void {
  if (layout.format.header !== false || (layout.lane !== 'csv' && layout.lane !== 'tsv')) return;
  const names = (columns: readonly Column[]): string => columns.map((c) => c.name).join(', ');
  if (before.length === 0 || names(before) === names(program.columns)) return;
  throw fail('DPONE_SCHEMA_BREAKING', `the objects of ${layout.label} have no header and other columns`, {
    where: 'sink.options.header',
    remedy: `Set header: true, or write the prefix anew by full_refresh. There: ${names(before)}. Now: ${names(program.columns)}.`,
  });
}

/** What the load does, a line each, for `dpone plan`. */
export function explainProgram(layout: Layout, program: LoadProgram): string[] {
  const how = onlyStep(layout, program);
  const columns = program.columns.map((c) => `${c.name} ${typeName(c.type)}`).join(', ');
  const what = layout.compression === 'none' ? layout.lane : `${layout.lane}, ${layout.compression}`;
  return [
    `upload ${what} in parts, which are no objects yet, to ${layout.label}: ${columns}`,
    `write the intent to ${layout.meta}head.json under its ETag: from here on the load takes effect`,
    layout.single
      ? `complete the upload: ${layout.label} is replaced`
      : `complete the uploads: objects appear below ${layout.label}`,
    ...(how === 'replace' && !layout.single ? [`remove the objects that ${layout.label} had`] : []),
    'write the receipt and the state, clear the intent',
  ];
}
