import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: this file runs from test/.test-dist/docs. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A fenced block: ` ```sh no-run="why" ` has the language `sh` and the info `no-run="why"`. */
export interface Block {
  readonly language: string;
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

export interface Page {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const SKIPPED = new Set(['node_modules', '.vitepress', 'out', '.dpone']);

function markdownFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownFiles(`${folder}/${entry.name}`);
    return entry.name.endsWith('.md') ? [`${folder}/${entry.name}`] : [];
  });
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; language: string; info: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^ {0,3}(`{3,})(.*)$/.exec(line);
    if (open === null) {
      if (fence === null) continue;
      const [language = '', ...info] = fence[2]!.trim().split(' ');
      open = { fence: fence[1]!, language, info: info.join(' '), line: index + 1, lines: [] };
    } else if (fence !== null && fence[1]!.length >= open.fence.length && fence[2]!.trim() === '') {
      const { language, info, line: at, lines } = open;
      blocks.push({ language, info, text: `${lines.join('\n')}\n`, line: at });
      open = null;
    } else open.lines.push(line);
  }
  return blocks;
}

/** The text without its fenced blocks and inline code, for what must not be looked for in code. */
export function prose(text: string): string {
  return text.replaceAll(/^ {0,3}(`{3,})[^\n]*\n[\s\S]*?\n {0,3}\1`*\s*$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** README.md, CONTRIBUTING.md, SECURITY.md and every page under docs/. */
export function pages(): Page[] {
  const paths = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...markdownFiles('docs')];
  return paths.sort().map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, blocks: blocksOf(text) };
  });
}

/** A heading's anchor, as GitHub and the docs site both make it for plain headings. */
export function slug(heading: string): string {
  return heading
    .replaceAll(/`/g, '')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s+/g, '-');
}
