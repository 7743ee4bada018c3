/** What a value of a type can be, as far as it decides whether another type holds it. */
type Shape =
  | { readonly kind: 'integer'; readonly rank: number }
  | { readonly kind: 'decimal'; readonly whole: number; readonly scale: number }
  | { readonly kind: 'text'; readonly length: number }
  | { readonly kind: 'other'; readonly family: string };

const INTEGERS: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  int2: 2,
  int: 3,
  int4: 3,
  integer: 3,
  bigint: 4,
  int8: 4,
};
/** Digits that the largest value of a rank has. */
const DIGITS = [0, 3, 5, 10, 19] as const;

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/float|double|^real$/, 'float'],
  [/^(bool|boolean|bit)$/, 'boolean'],
  [/^date$/, 'date'],
  [/^(time|timetz)\b/, 'time'],
  [/time|date/, 'timestamp'],
  [/^jsonb?$/, 'json'],
];

const plain = (dtype: string): string =>
  dtype
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([(),]) ?/g, '$1');

function shapeOf(type: string): Shape {
  const rank = INTEGERS[type];
  if (rank !== undefined) return { kind: 'integer', rank };
  const decimal = /^(?:numeric|decimal)\((\d+)(?:,(\d+))?\)$/.exec(type);
  if (decimal !== null) {
    const scale = Number(decimal[2] ?? 0);
    return { kind: 'decimal', whole: Number(decimal[1]) - scale, scale };
  }
  const text = /^(?:n?varchar|n?char|character varying|character)\((\d+)\)$/.exec(type);
  if (text !== null) return { kind: 'text', length: Number(text[1]) };
  return { kind: 'other', family: FAMILIES.find(([pattern]) => pattern.test(type))?.[1] ?? type };
}

/**
 * How a source's type stands to its target's: the same; wider, so that the target can be widened without loss; narrower,
 * so that every value fits already; or of another kind.
 */
export function typeRelation(source: string, target: string): 'equal' | 'wider' | 'fits' | 'different' {
  const [a, b] = [plain(source), plain(target)];
  if (a === b) return 'equal';
  const [s, t] = [shapeOf(a), shapeOf(b)];
  if (s.kind === 'other' && t.kind === 'other') return s.family === t.family ? 'equal' : otherFits(s.family, t.family);
  if (s.kind === 'other') return 'different';
  if (t.kind === 'other') return textFits(s, b);
  const [wider, fits] = [holds(s, t), holds(t, s)];
  if (wider && fits) return 'equal';
  return wider && s.kind === t.kind ? 'wider' : fits ? 'fits' : 'different';
}

/** Whether every value of `b` is one of `a`. */
function holds(a: Shape, b: Shape): boolean {
  if (a.kind === 'integer' && b.kind === 'integer') return a.rank >= b.rank;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.whole >= b.whole && a.scale >= b.scale;
  if (a.kind === 'decimal' && b.kind === 'integer') return a.whole >= DIGITS[b.rank]!;
  if (a.kind === 'text' && b.kind === 'text') return a.length >= b.length;
  return false;
}

const otherFits = (source: string, target: string): 'fits' | 'different' =>
  source === 'date' && target === 'timestamp' ? 'fits' : 'different';

/** A column of text without a length holds any; one of numbers without a precision holds any. */
function textFits(source: Shape, target: string): 'fits' | 'different' {
  const unbounded =
    source.kind === 'text'
      ? ['text', 'string', 'varchar', 'nvarchar(max)', 'varchar(max)', 'character varying']
      : ['numeric', 'bignumeric'];
  return unbounded.includes(target) ? 'fits' : 'different';
}
