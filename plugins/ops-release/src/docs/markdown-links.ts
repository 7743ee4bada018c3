/** A link of a page. */
export interface MarkdownLink {
  readonly line: number;
  readonly target: string;
}

export interface MarkdownPage {
  readonly links: readonly MarkdownLink[];
  /** What a link can lead to within the page. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/;
/** `[text](target "title")`; an image is none. One level of brackets in the text and of parentheses in the target. */
const LINK =
  /(?<![!\\])\[(?:[^[\]\\]|\\.|!?\[[^\]]*\](?:\([^)]*\))?)*\]\(\s*(<[^<>]*>|(?:[^\s()\\]|\\.|\([^\s()]*\))*)(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)/g;
const HTML_ANCHOR = /<[a-z][^>]*\s(?:id|name)\s*=\s*["']([^"']+)["']/gi;
const CODE = /(`+)(?:(?!\1).)+?\1/g;

/** Reads links and anchors of a Markdown text; what stands in code is text. */
export function readMarkdown(text: string): MarkdownPage {
  const links: MarkdownLink[] = [];
  const anchors = new Anchors();
  let fence: string | undefined;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      continue;
    }
    if (mark !== undefined) {
      fence = mark;
      continue;
    }
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) anchors.addHeading(heading);
    for (const [, anchor] of line.matchAll(HTML_ANCHOR)) anchors.add(anchor!);
    const plain = line.replaceAll(CODE, (code) => ' '.repeat(code.length));
    for (const [, target] of plain.matchAll(LINK))
      links.push({ line: i + 1, target: target!.replaceAll(/^<|>$/g, '') });
  }
  return { links, anchors: anchors.all };
}

class Anchors {
  readonly all = new Set<string>();
  readonly #seen = new Map<string, number>();

  add(anchor: string): void {
    this.all.add(anchor);
  }

  addHeading(heading: string): void {
    const [, own] = /\{#([\w-]+)\}\s*$/.exec(heading) ?? [];
    if (own !== undefined) return this.add(own);
    const slug = slugOf(heading);
    const times = this.#seen.get(slug) ?? 0;
    this.#seen.set(slug, times + 1);
    this.add(times === 0 ? slug : `${slug}-${times}`);
  }
}

/** A heading as it stands in a link. */
const slugOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[`*_~[\]()<>]/g, '')
    .replaceAll(/[^\p{L}\p{N}_\s-]/gu, '')
    .trim()
    .replaceAll(/[\s-]+/g, '-');
