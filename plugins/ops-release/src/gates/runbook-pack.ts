import { below, defineGate, folderInput, pageMarkdown, plainPath, type JsonObject, type OutputFile } from '@dpone/sdk';
import { z } from 'zod';
import { attach, attachInput, itemsTable, type Item } from '../attach.js';

const SUMMARY = ['blockers', 'violations', 'findings', 'results', 'items', 'sections', 'samples', 'status'];
const RUNBOOK = 'OPERATOR_RUNBOOK.md';

/** One page for the person on duty: where a release stands, how to go live, how to go back, how to hand over. */
export const runbookPack = defineGate({
  summary: 'Make the operator runbook of a release or an incident',
  description:
    'Red when a piece of evidence is missing or red; the runbook is written all the same, and says so. Blockers of the evidence called release_gate and the last steps of rollback or rollback_execute become lines of its checklists.',
  input: z.strictObject({
    runbook_id: z.string().describe('The id of the runbook.'),
    title: z.string().describe('Its heading.'),
    ...attachInput,
    output_dir: folderInput('.dpone/runbooks/latest'),
  }),
  artifact: 'runbook_pack',
  example: {
    runbook_id: '01JRUNBOOK0000000000000000',
    title: 'v1.0.0 go-live',
    artifact: { release_gate: '.dpone/releases/latest/release_gate.json' },
  },
  evaluate: async (input, ctx) => {
    const { evidence, items, blockers, silent } = await attach(ctx, input, SUMMARY);
    const valueOf = (name: string): JsonObject | undefined => evidence.find((one) => one.name === name)?.value;
    const folder = plainPath(input.output_dir);
    return {
      schema_version: 'dpone.ops.runbook_pack.v1',
      runbook_id: input.runbook_id,
      title: input.title,
      passed: blockers.length === 0,
      blockers,
      warnings: silent,
      output_dir: folder,
      operator_runbook_path: below(folder, RUNBOOK),
      release_gate_blockers: texts(valueOf('release_gate')?.['blockers']),
      rollback_actions: texts((valueOf('rollback') ?? valueOf('rollback_execute'))?.['post_actions']),
      sections: items,
    };
  },
  files: (report): OutputFile[] => [{ path: RUNBOOK, text: runbook(report) }],
  view: {
    title: 'runbook pack',
    facts: ['runbook_id', 'title', 'passed', 'operator_runbook_path'],
    tables: [itemsTable('sections', 'section')],
    runbook: [
      'Mend what a blocker names and make the pack again, so that the runbook shows the state of now.',
      'Read the runbook with the person who will be on duty before it is needed.',
      'Attach it to the release or the incident, and close that only once this is green.',
    ],
  },
});

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? (value as unknown[]).filter((entry): entry is string => typeof entry === 'string') : [];

interface Told {
  readonly runbook_id: string;
  readonly title: string;
  readonly release_gate_blockers: readonly string[];
  readonly rollback_actions: readonly string[];
  readonly sections: readonly Item[];
}

function runbook(report: Told): string {
  const red = report.sections.filter(({ passed }) => !passed).map(({ name }) => name);
  const { release_gate_blockers: open, rollback_actions: after } = report;
  return pageMarkdown({
    title: report.title,
    facts: [['Runbook', report.runbook_id]],
    sections: [
      {
        heading: 'Current status',
        head: ['section', 'status', 'summary'],
        rows: report.sections.map(({ name, passed, summary }) => [name, passed, summary]),
      },
      {
        heading: 'Go-live checklist',
        steps: [
          'Every section above is green, or its exception is written down and signed by its owner.',
          'The people who deploy, verify and can roll back are there until the release is closed.',
          'The deployment is recorded when it happens, and verified before the release is closed.',
          ...(open.length === 0 ? [] : [`The release gate is blocked by: ${open.join(', ')}.`]),
        ],
      },
      {
        heading: 'Rollback checklist',
        steps: [
          'Stop what writes to the target, and see that no load holds its lock.',
          'Preview the rollback and read what it would run; check that the backup is there.',
          'Carry it out, then compare counts and keys with the last good state.',
          ...after,
        ],
      },
      {
        heading: 'Incident handoff checklist',
        steps: [
          'Say what happened, since when, who is affected and what was tried.',
          'Attach the evidence that is red, the deployment record and the result of a rollback.',
          'Name the next owner and the next look at it, and hand over in words, not only in files.',
          ...(red.length === 0 ? [] : [`Sections that failed: ${red.join(', ')}.`]),
        ],
      },
    ],
  });
}
