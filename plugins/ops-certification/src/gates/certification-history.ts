import { join, resolve } from 'node:path';
import {
  below,
  cellText,
  defineGate,
  fail,
  folderInput,
  isJsonObject,
  judge,
  plainPath,
  readArtifact,
  type JsonObject,
} from '@dpone/sdk';
import { z } from 'zod';
import { compareVerdicts, readRequired, verdictsOf } from '../history.js';

const INDEX = 'certification_history_index.json';

const input = z.strictObject({
  release: z.string().min(1).describe('The release that the current report belongs to.'),
  current_report: z.string().describe('The certification report of this release.'),
  previous_report: z.string().optional().describe('The certification report of the release before.'),
  history_dir: folderInput('test_artifacts/certification/history', 'Where the history is kept.'),
});

/** Every character but letters, digits, `-`, `_` and `.` becomes `_`, one for one. */
const fileName = (release: string): string => `${release.replaceAll(/[^\p{L}\p{N}_.-]/gu, '_')}__certification_history`;

/** What got worse, better or stayed red between two certification reports. */
export const certificationHistory = defineGate({
  summary: 'Compare a certification report with the one before, and keep the history',
  description:
    'regression: a case is red now that was not red before. failing: only what was red before is red. passing: nothing is. A report without a case is incomplete. Every status but passing is exit 1.',
  input,
  folder: 'history_dir',
  serial: true,
  example: { release: 'v1.0.0', current_report: 'certification_report.json' },
  evaluate: async ({ release, current_report, previous_report, history_dir }, ctx) => {
    const report = await readRequired(ctx.cwd, current_report, '--current-report');
    const current = verdictsOf(report, `--current-report ${current_report}`);
    const previous =
      previous_report === undefined
        ? new Map<string, boolean>()
        : verdictsOf(
            await readRequired(ctx.cwd, previous_report, '--previous-report'),
            `--previous-report ${previous_report}`,
          );
    const changes = compareVerdicts(current, previous);
    const blockers = [
      ...changes.new_failures.map((id) => `${id}.new_failure`),
      ...changes.unchanged_failures.map((id) => `${id}.unchanged_failure`),
    ];
    if (current.size === 0) blockers.push('current_report.empty');
    // Red as a whole though every case is green: the report contradicts itself.
    else if (blockers.length === 0 && judge(report).verdict === 'red') blockers.push('current_report.not_passed');
    const status = statusOf(changes, blockers.length === 0);
    const folder = plainPath(history_dir);
    const name = fileName(release);
    return {
      schema_version: 'dpone.ops.certification_history.v1',
      release,
      passed: blockers.length === 0,
      blockers,
      status,
      badge: status,
      current_case_count: current.size,
      previous_case_count: previous.size,
      ...changes,
      history_path: below(folder, `${name}.json`),
      markdown_path: below(folder, `${name}.md`),
    };
  },
  artifactName: ({ release }) => fileName(release),
  files: async (report, { history_dir }, _page, ctx) => {
    const rows = await recorded(resolve(ctx.cwd, history_dir), report.release);
    const releases: unknown[] = rows.map((row) => (row['release'] === report.release ? report : row));
    if (!releases.includes(report)) releases.push(report);
    return [{ path: INDEX, json: { releases } }];
  },
  view: {
    title: 'certification history',
    facts: ['release', 'status', 'passed', 'current_case_count', 'previous_case_count'],
    sections: (report) => [
      {
        head: ['group', 'cases'],
        rows: [
          ['new failures', report.new_failures],
          ['fixed failures', report.fixed_failures],
          ['unchanged failures', report.unchanged_failures],
        ],
      },
    ],
    runbook: [
      'Load each new failure alone, with the row count of the report, and mend it before anything is published.',
      'Plan the unchanged failures: they keep the badge red as long as they stand.',
      'Record the release again with the new report; it takes the place of this one.',
    ],
  },
});

function statusOf(changes: ReturnType<typeof compareVerdicts>, passed: boolean): string {
  if (changes.new_failures.length > 0) return 'regression';
  if (passed) return 'passing';
  return changes.unchanged_failures.length > 0 ? 'failing' : 'incomplete';
}

/** The releases that were recorded before, in the order in which they were. */
async function recorded(folder: string, release: string): Promise<readonly JsonObject[]> {
  const index = await readArtifact(join(folder, INDEX));
  if (index.state === 'missing') return [];
  const releases = index.state === 'json' && isJsonObject(index.value) ? index.value['releases'] : undefined;
  if (!Array.isArray(releases) || !(releases as unknown[]).every(isJsonObject))
    throw fail('DPONE_INPUT_INVALID', 'The index of the history cannot be read; nothing is added to it.', {
      where: join(folder, INDEX),
    });
  const rows = releases as readonly JsonObject[];
  const others = rows.map((row) => cellText(row['release'])).filter((name) => name !== release);
  if (others.some((name) => fileName(name) === fileName(release)))
    throw fail('DPONE_INPUT_INVALID', 'The files of another release have this name.', { where: '--release' });
  return rows;
}
