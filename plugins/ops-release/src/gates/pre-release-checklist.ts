import { below, byName, defineGate, folderInput, isoTimestamp, plainPath } from '@dpone/sdk';
import { z } from 'zod';

const ALWAYS = ['documentation', 'package'];
const FULL = [
  'cli_commands',
  'run_cli',
  'run_python_api',
  'hierarchical_lineage',
  'source_sink_matrix',
  'contracts_guardrails',
  ...ALWAYS,
];
const REQUIRED = { patch: ALWAYS, minor: FULL, major: FULL };
const YES = /^\s*(1|true|yes|y|passed|pass)\s*$/i;

/** What people have to have looked at before a release. */
export const preReleaseChecklist = defineGate({
  summary: 'Record the checklist before a release',
  description:
    'Red when a check that this type of release asks for was not made, or when any check was made and is not passed. Words for yes: 1, true, yes, y, passed, pass.',
  input: z.strictObject({
    release: z.string().describe('The release.'),
    release_type: z.enum(['patch', 'minor', 'major']).default('minor').describe('What kind of release it is.'),
    check: z.record(z.string(), z.string()).default({}).describe('A check and its outcome, NAME=true; repeatable.'),
    output_dir: folderInput('.dpone/pre-release/latest'),
  }),
  artifact: 'pre_release_checklist',
  example: { release: 'v1.0.1', release_type: 'patch', check: { documentation: 'true', package: 'true' } },
  evaluate: ({ release, release_type, check, output_dir }, ctx) => {
    const required = REQUIRED[release_type];
    const others = Object.keys(check)
      .filter((name) => !required.includes(name))
      .sort(byName);
    const checks = [...required, ...others].map((name) => {
      const made = Object.hasOwn(check, name);
      const passed = made && YES.test(check[name]!);
      const blocker = passed ? null : `${name}.${made ? 'not_passed' : 'missing'}`;
      return { name, required: required.includes(name), passed, blocker };
    });
    const blockers = checks.flatMap(({ blocker }) => blocker ?? []);
    const folder = plainPath(output_dir);
    return {
      schema_version: 'dpone.ops.pre_release_checklist.v1',
      release,
      release_type,
      passed: blockers.length === 0,
      generated_at: isoTimestamp(ctx.clock.now()),
      blockers,
      checks,
      output_dir: folder,
      json_path: below(folder, 'pre_release_checklist.json'),
      markdown_path: below(folder, 'pre_release_checklist.md'),
    };
  },
  view: {
    title: 'pre-release checklist',
    facts: ['release', 'release_type', 'passed', 'generated_at'],
    tables: [{ of: 'checks', columns: { check: 'name', required: 'required', status: 'passed' } }],
    runbook: [
      'Make the check that a blocker names; what proves it is the run of that check, not this list.',
      'Record the list again with its outcome.',
      'Attach it to the evidence of the release.',
    ],
  },
});
