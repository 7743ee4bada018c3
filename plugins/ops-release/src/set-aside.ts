import { rename } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

const REPORTS = [
  'release_orchestration',
  'release-gate/release_gate',
  'docs-publish-pack/docs_publish_pack',
  'runbook-pack/runbook_pack',
].flatMap((report) => [`${report}.json`, `${report}.md`]);
const TEXTS = [
  'docs-publish-pack/README_SNIPPET.md',
  'docs-publish-pack/PAGES_INDEX.md',
  'runbook-pack/OPERATOR_RUNBOOK.md',
];

/**
 * Sets the reports of an earlier run aside, as `<file>.previous`, where they would be taken for evidence of this one: a
 * release that was red once would stay red.
 */
export async function setPreviousAside(folder: string, roots: readonly string[]): Promise<void> {
  if (!roots.some((root) => `${folder}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))) return;
  for (const file of [...REPORTS, ...TEXTS]) {
    const path = resolve(folder, file);
    await rename(path, `${path}.previous`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    });
  }
}
