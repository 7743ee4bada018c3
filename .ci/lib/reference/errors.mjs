import { pathToFileURL } from 'node:url';
import { fromRoot } from '../root.mjs';
import { header, page, table } from './markdown.mjs';

const WHO = {
  user: 'You: the input is wrong. The same command fails again until it is mended.',
  transient: 'Nobody: the same call may go through later. dpone retries it where the manifest or a flag allows.',
  terminal: 'Whoever owns what is named: it fails again until something outside dpone changes.',
  verdict: 'Whoever owns the data: dpone did its work and the answer is no.',
};

/** docs/reference/errors.md */
export async function errorPages() {
  const { ERRORS } = await import(pathToFileURL(fromRoot('core/sdk/dist/index.js')).href);
  const codes = Object.entries(ERRORS).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = page(
    header('Errors', 'core/sdk/src/errors/table.ts'),
    'Every error has a code, says what is wrong and where, and what to do. `--format json` carries the same keys: `code`, `message`, `where`, `remedy`.',
    table(['consequence', 'who must act'], Object.entries(WHO)),
    ...codes.map(([name, spec]) =>
      page(
        `## ${name}`,
        spec.meaning,
        `**Remedy:** ${spec.remedy}`,
        `Consequence: ${spec.consequence}. Exit code: ${spec.exit}.`,
      ),
    ),
  );
  return [['docs/reference/errors.md', text]];
}
