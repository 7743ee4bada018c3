import { fail, typeName, type Column, type FinalizeStep, type LoadProgram } from '@dpone/sdk';
import type { Layout } from './layout.js';

/** The one thing that a program does to the files. Refuses what files cannot do, before anything is staged. */
export function onlyStep(layout: Layout, program: LoadProgram): 'replace' | 'append' {
  const [step, ...more] = program.steps;
  if (step === undefined || more.length > 0)
    throw fail('DPONE_CAPABILITY', `a files sink carries out one step, not ${program.steps.length}`);
  if (step.op === 'replace_all') return 'replace';
  if (step.op !== 'append' || step.unlessKey !== undefined) throw unable(step);
  if (!layout.single) return 'append';
  throw fail('DPONE_CAPABILITY', `nothing can be added to the single file ${layout.label}`, {
    where: 'sink.options.path',
    remedy: 'Name a folder (out/orders/): each load adds a file to it. Or use full_refresh.',
  });
}

function unable(step: FinalizeStep): Error {
  const what = step.op === 'append' ? 'append rows by key (only_new_rows)' : step.op;
  return fail('DPONE_CAPABILITY', `a files sink cannot ${what}: rows of files are not matched`, {
    where: 'sink.strategy',
    remedy: 'Use full_refresh, or incremental_append without only_new_rows; load into a database to match rows.',
  });
}

/** The target's columns after the load: the load's, and those of older files that it does not fill. */
export function columnsAfter(how: 'replace' | 'append', before: readonly Column[], program: LoadProgram): Column[] {
  const loaded = program.columns.map((c) => ({ ...c, nullable: true }));
  if (how === 'replace') return loaded;
  const kept = before.map((old) => loaded.find((c) => c.name === old.name) ?? old);
  return [...kept, ...loaded.filter((c) => !before.some((old) => old.name === c.name))];
}

/** Without a header the columns of all files of a folder must stand in one order. */
export function refuseShifted(layout: Layout, before: readonly Column[], program: LoadProgram): void {
  if (layout.format.header !== false || (layout.lane !== 'csv' && layout.lane !== 'tsv')) return;
  const names = (columns: readonly Column[]): string => columns.map((c) => c.name).join(', ');
  if (before.length === 0 || names(before) === names(program.columns)) return;
  throw fail('DPONE_SCHEMA_BREAKING', `the files of ${layout.label} have no header and other columns`, {
    where: 'sink.options.header',
    remedy: `Set header: true, or write the folder anew by full_refresh. There: ${names(before)}. Now: ${names(program.columns)}.`,
  });
}

/** What the load does, a line each, for `dpone plan`. */
export function explainProgram(layout: Layout, program: LoadProgram): string[] {
  const how = onlyStep(layout, program);
  const columns = program.columns.map((c) => `${c.name} ${typeName(c.type)}`).join(', ');
  const what = layout.compression === 'none' ? layout.lane : `${layout.lane}, ${layout.compression}`;
  return [
    `write ${what} into a hidden folder beside ${layout.label}: ${columns}`,
    'write the intent: from here on the load takes effect',
    layout.single ? `rename the file to ${layout.label}` : `rename the files into ${layout.label}/`,
    ...(how === 'replace' && !layout.single ? [`remove the files that ${layout.label} had`] : []),
    'write the receipt and the state, remove the intent',
  ];
}
