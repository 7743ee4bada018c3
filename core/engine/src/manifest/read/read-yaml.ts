import { fail, type DponeError } from '@dpone/sdk';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, Scalar, type YAMLError } from 'yaml';
import { LIMITS } from './limits.js';
import { place, type Entry, type Layer, type MapNode, type Node, type Origin } from './node.js';

const isMergeKey = (value: unknown): boolean =>
  value === '<<' || (typeof value === 'symbol' && value.description === '<<');

/** YAML 1.2 (and JSON, which is a part of it) as nodes that know their line; null where the text holds nothing. */
export function readYaml(text: string, file: string, layer: Layer): Node | null {
  refuseDepth(text, file);
  const lines = new LineCounter();
  const at = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { layer, file, line, column: col };
  };
  const document = parse(text, lines, file);
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw syntaxError(problem, text, at(problem.pos[0]));
  if (document.contents === null) return null;
  return new Walker(at).walk(document.contents, 0);
}

/** Brackets open at once past which a text is not even parsed: the parser's time grows faster than their number. */
const MOST_OPEN = 1000;

function refuseDepth(text: string, file: string): void {
  let open = 0;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i];
    if (letter === '[' || letter === '{') open += 1;
    else if ((letter === ']' || letter === '}') && open > 0) open -= 1;
    if (open > MOST_OPEN) throw fail('DPONE_MANIFEST_SYNTAX', 'the document is nested too deeply', { where: file });
  }
}

function parse(text: string, lineCounter: LineCounter, file: string): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, {
      version: '1.2',
      lineCounter,
      merge: true,
      intAsBigInt: true,
      uniqueKeys: true,
      prettyErrors: false,
    });
  } catch (error) {
    if (error instanceof RangeError)
      throw fail('DPONE_MANIFEST_SYNTAX', 'the document is nested too deeply', { where: file });
    throw fail('DPONE_MANIFEST_SYNTAX', 'the document cannot be read', { where: file });
  }
}

/** The parser's own sentence, without the piece of the file that some of its sentences quote: it may be a secret. */
function syntaxError(problem: YAMLError, text: string, origin: Origin): DponeError {
  const where = place(origin);
  if (problem.code === 'DUPLICATE_KEY') {
    const key = /^["']?([\w.-]+)/.exec(text.slice(problem.pos[0], problem.pos[0] + 80))?.[1] ?? 'a key';
    return fail('DPONE_MANIFEST_SYNTAX', `"${key}" is given twice in one map`, {
      where,
      remedy: 'Remove one of the two.',
    });
  }
  if (problem.code === 'MULTIPLE_DOCS')
    return fail('DPONE_MANIFEST_SYNTAX', 'the file holds more than one YAML document', {
      where,
      remedy: 'Keep one document a file; several tables belong in one manifest of kind dpone.batch.v1.',
    });
  const reference = text.slice(Math.max(0, problem.pos[0] - 1), problem.pos[0] + 1) === '${';
  const remedy = reference ? 'Put "${NAME}" in quotes where it stands between { and }.' : undefined;
  return fail('DPONE_MANIFEST_SYNTAX', problem.message.replace(/:? ["'].*$/s, '').trim(), { where, remedy });
}

class Walker {
  private values = 0;
  private readonly anchors = new Map<string, unknown>();
  private readonly open = new Set<unknown>();
  /** Inside an alias: its anchors were noted when they were first met. */
  private expanding = 0;

  constructor(private readonly at: (offset: number) => Origin) {}

  walk(item: unknown, depth: number): Node {
    const origin = this.originOf(item);
    this.values += 1;
    if (this.values > LIMITS.values)
      throw fail(
        'DPONE_MANIFEST_SYNTAX',
        `the file holds more than ${LIMITS.values} values once its aliases are followed`,
        {
          where: place(origin),
          remedy: 'Split the manifest, or use fewer aliases.',
        },
      );
    if (depth > LIMITS.depth)
      throw fail('DPONE_MANIFEST_SYNTAX', `the document is nested deeper than ${LIMITS.depth} levels`, {
        where: place(origin),
      });
    if (isAlias(item)) return this.alias(item.source, origin, depth);
    if (this.expanding === 0) this.note(item);
    if (isScalar(item)) return this.scalar(item, origin);
    if (isSeq(item)) return { kind: 'list', origin, items: item.items.map((child) => this.walk(child, depth + 1)) };
    if (isMap(item)) return this.map(item.items, origin, depth);
    return { kind: 'scalar', value: null, plain: true, origin };
  }

  private originOf(item: unknown): Origin {
    const range = (item as { range?: readonly number[] | null } | null)?.range;
    return this.at(range?.[0] ?? 0);
  }

  private note(item: unknown): void {
    const anchor = (item as { anchor?: unknown } | null)?.anchor;
    if (typeof anchor === 'string') this.anchors.set(anchor, item);
  }

  private alias(name: string, origin: Origin, depth: number): Node {
    const target = this.anchors.get(name);
    if (target === undefined)
      throw fail('DPONE_MANIFEST_SYNTAX', `the alias *${name} has no anchor &${name} before it`, {
        where: place(origin),
      });
    if (this.open.has(target))
      throw fail('DPONE_MANIFEST_SYNTAX', `the alias *${name} stands inside its own anchor`, { where: place(origin) });
    this.open.add(target);
    this.expanding += 1;
    const node = this.walk(target, depth);
    this.expanding -= 1;
    this.open.delete(target);
    return node;
  }

  private scalar(item: Scalar, origin: Origin): Node {
    const written = item.type === undefined || item.type === Scalar.PLAIN;
    const { value } = item;
    if (typeof value === 'bigint') {
      const number = Number(value);
      if (!Number.isSafeInteger(number))
        throw fail('DPONE_MANIFEST_SYNTAX', `the number ${value} is too large to be kept exactly`, {
          where: place(origin),
          remedy: 'Put it in quotes.',
        });
      return { kind: 'scalar', value: number, plain: written, origin };
    }
    if (typeof value === 'number' && !Number.isFinite(value))
      throw fail('DPONE_MANIFEST_SYNTAX', 'a number must be finite', { where: place(origin) });
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', value, plain: written, origin };
    // `<<` as a value rather than a key.
    return { kind: 'scalar', value: '<<', plain: written, origin };
  }

  private map(pairs: readonly { key: unknown; value: unknown }[], origin: Origin, depth: number): MapNode {
    const merged = new Map<string, Entry>();
    const own = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = isAlias(pair.key) ? this.anchors.get(pair.key.source) : pair.key;
      const keyOrigin = this.originOf(pair.key);
      if (isScalar(key) && isMergeKey(key.value) && (key.type === undefined || key.type === Scalar.PLAIN)) {
        for (const [name, entry] of this.merged(pair.value, keyOrigin, depth))
          if (!merged.has(name)) merged.set(name, entry);
        continue;
      }
      if (key !== null && !isScalar(key))
        throw fail('DPONE_MANIFEST_SYNTAX', 'a key must be a word, not a list or a map', { where: place(keyOrigin) });
      const { value } = key ?? { value: null };
      const name =
        typeof value === 'string'
          ? value
          : value === null
            ? ''
            : JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v));
      if (name === '' || name === '__proto__')
        throw fail('DPONE_MANIFEST_SYNTAX', name === '' ? 'a key is empty' : 'the key __proto__ is not allowed', {
          where: place(keyOrigin),
        });
      if (own.has(name))
        throw fail('DPONE_MANIFEST_SYNTAX', `"${name}" is given twice in one map`, {
          where: place(keyOrigin),
          remedy: 'Remove one of the two.',
        });
      if (this.expanding === 0) this.note(key);
      own.set(name, { node: this.walk(pair.value, depth + 1), key: keyOrigin });
    }
    for (const [name, entry] of merged) if (!own.has(name)) own.set(name, entry);
    return { kind: 'map', origin, entries: own };
  }

  /** What `<<:` brings in: of a map, or of a list of maps where the first wins. */
  private merged(value: unknown, origin: Origin, depth: number): ReadonlyMap<string, Entry> {
    const node = this.walk(value, depth + 1);
    const maps = node.kind === 'list' ? node.items : [node];
    const entries = new Map<string, Entry>();
    for (const map of maps) {
      if (map.kind !== 'map')
        throw fail('DPONE_MANIFEST_SYNTAX', '<< needs a map or a list of maps', { where: place(origin) });
      for (const [name, entry] of map.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }
}
