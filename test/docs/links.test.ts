import { expect } from 'chai';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages, prose, ROOT, slug } from './markdown.js';

const LINK = /!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;

/** What is wrong with a link of a page; undefined where nothing is. */
function problem(path: string, target: string): string | undefined {
  if (/^(?:https?|mailto):/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#');
  const resolved = file === '' ? path : join(dirname(path), decodeURIComponent(file));
  const full = join(ROOT, resolved);
  if (!existsSync(full)) return `${target}: there is no ${resolved}`;
  if (anchor === undefined || !statSync(full).isFile() || !resolved.endsWith('.md')) return undefined;
  const headings = [...prose(readFileSync(full, 'utf8')).matchAll(/^#{1,6} (.+)$/gm)];
  const raw = [...readFileSync(full, 'utf8').matchAll(/^#{1,6} (.+)$/gm)];
  const anchors = new Set([...headings, ...raw].map((match) => slug(match[1]!)));
  return anchors.has(anchor) ? undefined : `${target}: ${resolved} has no heading for #${anchor}`;
}

describe('docs: links', () => {
  for (const page of pages())
    it(`${page.path} links to what exists`, () => {
      const targets = [...prose(page.text).matchAll(LINK)].map((match) => match[1]!);
      expect(targets.map((target) => problem(page.path, target)).filter((found) => found !== undefined)).to.deep.equal(
        [],
      );
    });

  it('a broken link would be found', () => {
    expect(problem('README.md', 'docs/no-such-page.md')).to.match(/there is no/);
    expect(problem('README.md', 'CONTRIBUTING.md#no-such-heading')).to.match(/no heading/);
  });
});
