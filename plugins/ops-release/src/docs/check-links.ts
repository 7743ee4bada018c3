import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { readMarkdown, type MarkdownPage } from './markdown-links.js';

/** A link that leads nowhere. */
export interface LinkIssue {
  readonly kind: 'missing-file' | 'missing-anchor' | 'anchor-on-non-markdown' | 'missing-markdown-target';
  readonly source_path: string;
  readonly lineno: number;
  readonly target: string;
  readonly detail: string;
}

export interface CheckedLinks {
  readonly links: number;
  readonly issues: readonly LinkIssue[];
}

const ELSEWHERE = /^(?:https?|mailto|tel|ftp):/i;

/** Follows the links between Markdown files. @param root what a path with a slash in front begins at. */
export async function checkLinks(files: readonly string[], root: string): Promise<CheckedLinks> {
  const pages = new Map<string, MarkdownPage>();
  for (const file of files) pages.set(file, readMarkdown(await readFile(file, 'utf8')));
  const issues: LinkIssue[] = [];
  let links = 0;
  for (const [source_path, page] of pages)
    for (const { line, target } of page.links) {
      if (ELSEWHERE.test(target)) continue;
      links += 1;
      const problem = await problemOf(target, source_path, root, pages);
      if (problem !== undefined) issues.push({ ...problem, source_path, lineno: line, target });
    }
  return { links, issues: issues.sort(inOrder) };
}

const inOrder = (a: LinkIssue, b: LinkIssue): number =>
  compare(a.source_path, b.source_path) ||
  a.lineno - b.lineno ||
  compare(a.kind, b.kind) ||
  compare(a.target, b.target);
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

type Problem = Pick<LinkIssue, 'kind' | 'detail'>;

async function problemOf(
  target: string,
  source: string,
  root: string,
  pages: ReadonlyMap<string, MarkdownPage>,
): Promise<Problem | undefined> {
  const [place, anchor] = split(target);
  const path =
    place === '' ? source : resolve(place.startsWith('/') ? root : dirname(source), place.replace(/^\/+/, ''));
  const there = place === '' ? 'file' : await kindOf(path);
  if (there === undefined) return { kind: 'missing-file', detail: 'There is no such file.' };
  if (there === 'folder') return anchor === undefined ? undefined : noMarkdown;
  if (extname(path).toLowerCase() !== '.md') return anchor === undefined ? undefined : noMarkdown;
  const page = pages.get(path);
  if (page === undefined)
    return { kind: 'missing-markdown-target', detail: 'The page is there, but is not among those that are checked.' };
  if (anchor === undefined || anchor === '' || page.anchors.has(anchor)) return undefined;
  return { kind: 'missing-anchor', detail: `The page has no heading for #${anchor}.` };
}

const noMarkdown: Problem = {
  kind: 'anchor-on-non-markdown',
  detail: 'An anchor leads into a Markdown page; this is none.',
};

/** Path and anchor, decoded. */
function split(target: string): [string, string?] {
  const at = target.indexOf('#');
  const place = decoded(at < 0 ? target : target.slice(0, at)).replace(/\?.*$/, '');
  return at < 0 ? [place] : [place, decoded(target.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const kindOf = (path: string): Promise<'file' | 'folder' | undefined> =>
  stat(path).then(
    (found) => (found.isDirectory() ? ('folder' as const) : ('file' as const)),
    () => undefined,
  );
