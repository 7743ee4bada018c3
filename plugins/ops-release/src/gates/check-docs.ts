import { relative, resolve } from 'node:path';
import { defineGate, fail } from '@dpone/sdk';
import { z } from 'zod';
import { checkLinks } from '../docs/check-links.js';
import { findPages, projectRoot, rootReadme } from '../docs/find-pages.js';

/** Whether the links of a project's pages lead somewhere. */
export const checkDocs = defineGate({
  summary: 'Check the links between Markdown pages',
  description:
    'Red when a link leads to a file, a page or a heading that is not there. Links to other hosts, images and code are left alone. The project is the nearest folder upwards with a pyproject.toml, else the working folder. Exit code 2 when red, as when there is nothing to check.',
  input: z.strictObject({
    docs_dir: z.string().default('docs').describe('The folder of the pages, in the project.'),
    no_root_readme: z.boolean().default(false).describe("Leave the project's README.md out."),
  }),
  example: { docs_dir: 'docs' },
  format: 'text',
  redExit: 2,
  evaluate: async ({ docs_dir, no_root_readme }, ctx) => {
    const root = await projectRoot(ctx.cwd);
    const folder = resolve(root, docs_dir);
    const pages = await findPages(folder);
    if (pages === undefined) throw fail('DPONE_INPUT_INVALID', 'There is no such folder.', { where: folder });
    const files = [...new Set([...(no_root_readme ? [] : await rootReadme(root)), ...pages])];
    if (files.length === 0) throw fail('DPONE_INPUT_INVALID', 'There are no Markdown pages.', { where: folder });
    const { links, issues } = await checkLinks(files, root);
    const blockers = issues.map(
      ({ kind, source_path, lineno, target }) => `${kind}:${relative(root, source_path)}:${lineno}:${target}`,
    );
    return {
      schema_version: 'dpone.docs.check_docs.v1',
      passed: issues.length === 0,
      blockers,
      ok: issues.length === 0,
      checked_file_count: files.length,
      checked_link_count: links,
      issue_count: issues.length,
      issues,
    };
  },
  text: ({ issues, checked_file_count, checked_link_count }) =>
    [
      ...issues.map((one) => `${one.source_path}:${one.lineno}: ${one.kind}: ${one.target} (${one.detail})`),
      `${checked_file_count} files, ${checked_link_count} links, ${issues.length} issues`,
    ].join('\n'),
  view: {
    title: 'docs check',
    facts: ['passed', 'checked_file_count', 'checked_link_count', 'issue_count'],
    tables: [
      {
        of: 'issues',
        columns: { kind: 'kind', page: 'source_path', line: 'lineno', target: 'target', detail: 'detail' },
      },
    ],
    runbook: [
      'A file that is not there: mend the path, or bring the page back.',
      'A heading that is not there: it was renamed; follow it.',
      'A page that is not among the checked ones: move it below the docs folder, or link to where it is published.',
    ],
  },
});
