import nunjucks from 'nunjucks';

/** The part of the template library's parser that is used; its published types leave it out. */
interface SyntaxNode {
  readonly typename: string;
  readonly value?: unknown;
  readonly name?: SyntaxNode;
  readonly val?: SyntaxNode;
  readonly target?: SyntaxNode;
  readonly args?: { readonly children: readonly SyntaxNode[] };
  readonly left?: SyntaxNode;
  readonly right?: SyntaxNode;
  readonly arr?: SyntaxNode;
  readonly targets?: readonly SyntaxNode[];
  readonly children?: readonly SyntaxNode[];
  readonly fields?: readonly string[];
}

const { parser } = nunjucks as unknown as { parser: { parse(text: string): SyntaxNode } };

/** Tags that read other templates, of which there are none, or define what a value has no use for. */
const UNWANTED = new Set([
  'Include',
  'Import',
  'FromImport',
  'Extends',
  'Block',
  'Macro',
  'Caller',
  'CallExtension',
  'CallExtensionAsync',
  'AsyncEach',
  'AsyncAll',
]);

/**
 * Throws where a template uses a variable that is not there, other than as the operand of `default` or `is defined`.
 * The library itself only minds an undefined value that is printed.
 */
export function assertStrict(template: string, known: ReadonlySet<string>): void {
  visit(parser.parse(template), new Set(known), false);
}

/** Whether a template anywhere asks for what may be absent; only then may `a.b` be. */
export const asksForAbsent = (template: string): boolean =>
  /\bdefault\b|\|\s*d\b|\bis\s+(not\s+)?(un)?defined\b/.test(template);

function visit(node: SyntaxNode | null | undefined, known: Set<string>, mayBeUndefined: boolean): void {
  if (typeof node !== 'object' || node === null) return;
  if (UNWANTED.has(node.typename)) throw new Error(`the tag ${node.typename.toLowerCase()} is not supported`);
  switch (node.typename) {
    case 'Symbol': {
      const name = String(node.value);
      if (!mayBeUndefined && !known.has(name)) throw new Error(`the variable ${name} is not defined`);
      return;
    }
    case 'LookupVal':
      visit(node.target, known, mayBeUndefined);
      return visit(node.val, known, false);
    case 'Filter': {
      const [first, ...rest] = node.args?.children ?? [];
      visit(first, known, mayBeUndefined || ['default', 'd'].includes(String(node.name?.value)));
      return rest.forEach((argument) => visit(argument, known, false));
    }
    case 'Is': {
      const test = String(node.right?.value ?? node.right?.name?.value);
      visit(node.left, known, ['defined', 'undefined'].includes(test));
      return (node.right?.args?.children ?? []).forEach((argument) => visit(argument, known, false));
    }
    case 'Group':
      return (node.children ?? []).forEach((item) => visit(item, known, mayBeUndefined));
    case 'Pair':
      return visit(node.val ?? (node as { value?: SyntaxNode }).value, known, false);
    case 'Set':
      visit((node as { value?: SyntaxNode }).value, known, false);
      (node.targets ?? []).forEach((target) => known.add(String(target.value)));
      return visit((node as { body?: SyntaxNode }).body, known, false);
    case 'For':
      visit(node.arr, known, false);
      names(node.name).forEach((name) => known.add(name));
      known.add('loop');
      break;
    case 'KeywordArgs':
      return (node.children ?? []).forEach((pair) => visit((pair as { value?: SyntaxNode }).value, known, false));
  }
  for (const field of node.fields ?? []) {
    const value = (node as unknown as Record<string, unknown>)[field];
    for (const item of Array.isArray(value) ? value : [value])
      if (typeof item === 'object' && item !== null && 'typename' in item) visit(item as SyntaxNode, known, false);
  }
}

function names(node: SyntaxNode | undefined): string[] {
  if (node === undefined) return [];
  return node.typename === 'Symbol' ? [String(node.value)] : (node.children ?? []).flatMap(names);
}
