/** A regular expression that RE2 and the advanced ones of Postgres read alike, or why there is none. */
export type PortablePattern = { readonly pattern: string } | { readonly refused: string };

/** Repetitions that Postgres counts at most (https://www.postgresql.org/docs/current/functions-matching.html). */
const MOST_REPEATS = 255;

/** The contents of brackets that stand for a class; those of white space are ECMAScript's. */
const CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'A-Za-z0-9_',
  s: '\\t\\n\\v\\f\\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
};
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' };
const SPECIAL = /[\\^$.*+?()[\]{}|]/;
const CLASS_SPECIAL = /[\\^\-[\]]/;
const WRITTEN: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/** Marks an error of this file as a reason to refuse. */
const REFUSAL = {};
const refusal = (why: string): Error => new Error(why, { cause: REFUSAL });

/**
 * A regular expression of ECMAScript (flag `u`), as JSON Schema and data contracts write them, in the words that the
 * systems have in common. What they do not share is refused: looking around, references back, word boundaries,
 * properties of Unicode.
 * @example portablePattern('^\\d{3}$') // { pattern: '^[0-9]{3}$' }
 */
export function portablePattern(source: string): PortablePattern {
  try {
    void new RegExp(source, 'u');
  } catch {
    return { refused: 'it is no regular expression' };
  }
  try {
    return { pattern: new Translation(Array.from(source)).whole() };
  } catch (error) {
    if (error instanceof Error && error.cause === REFUSAL) return { refused: error.message };
    throw error;
  }
}

/** Reads what is known to be a regular expression from left to right. */
class Translation {
  #at = 0;

  constructor(private readonly letters: readonly string[]) {}

  whole(): string {
    let text = '';
    while (this.#at < this.letters.length) text += this.#next();
    return text;
  }

  #take(): string {
    return this.letters[this.#at++]!;
  }

  #ahead(text: string): boolean {
    return this.letters.slice(this.#at, this.#at + text.length).join('') === text;
  }

  #next(): string {
    const letter = this.#take();
    switch (letter) {
      case '\\':
        return this.#escape(false);
      case '[':
        return this.#brackets();
      case '(':
        return this.#group();
      case '.':
        return '[^\\n\\r\u2028\u2029]';
      case '*':
      case '+':
      case '?':
        return letter + this.#lazy();
      case '{':
        return this.#repeats();
      default:
        return letter in WRITTEN ? WRITTEN[letter]! : letter;
    }
  }

  /** Whether something matches does not depend on how soon a repetition gives up. */
  #lazy(): '' {
    if (this.#ahead('?')) this.#at++;
    return '';
  }

  #repeats(): string {
    let text = '{';
    while (!text.endsWith('}')) text += this.#take();
    const counts = text.slice(1, -1).split(',');
    if (counts.some((count) => Number(count) > MOST_REPEATS))
      throw refusal(`it repeats more than ${MOST_REPEATS} times`);
    return text + this.#lazy();
  }

  #group(): string {
    if (!this.#ahead('?')) return '(';
    for (const around of ['?=', '?!', '?<=', '?<!']) if (this.#ahead(around)) throw refusal('it looks around');
    this.#at++;
    if (this.#ahead(':')) {
      this.#at++;
      return '(?:';
    }
    if (!this.#ahead('<')) throw refusal('it changes its flags');
    while (this.#take() !== '>');
    return '(';
  }

  #brackets(): string {
    let text = '[';
    if (this.#ahead('^')) text += this.#take();
    if (this.#ahead(']')) throw refusal('it has empty brackets');
    while (!this.#ahead(']')) {
      const letter = this.#take();
      if (letter === '\\') text += this.#escape(true);
      else if (letter === '-' && text !== '[' && text !== '[^' && !this.#ahead(']')) text += '-';
      else text += literal(letter, CLASS_SPECIAL);
    }
    this.#at++;
    return `${text}]`;
  }

  #escape(inBrackets: boolean): string {
    const letter = this.#take();
    const known = CLASSES[letter.toLowerCase()];
    if (known !== undefined && letter === letter.toLowerCase()) return inBrackets ? known : `[${known}]`;
    if (known !== undefined && !inBrackets) return `[^${known}]`;
    if (known !== undefined) throw refusal(`it has \\${letter} in brackets`);
    if (/[bB]/.test(letter) && !(letter === 'b' && inBrackets)) throw refusal('it has word boundaries');
    if (/[1-9k]/.test(letter)) throw refusal('it refers back to a group');
    if (/[pP]/.test(letter)) throw refusal('it has properties of Unicode');
    const control = CONTROLS[letter];
    if (control !== undefined) return WRITTEN[control]!;
    if (/[0bcux]/.test(letter)) return this.#codePoint(letter, inBrackets);
    return literal(letter, inBrackets ? CLASS_SPECIAL : SPECIAL);
  }

  #codePoint(letter: string, inBrackets: boolean): string {
    const code = letter === 'x' ? this.#hex(2) : letter !== 'u' ? 0 : this.#ahead('{') ? this.#braced() : this.#hex(4);
    if (code < 32 || code === 127 || (code >= 0xd800 && code <= 0xdfff))
      throw refusal('it names a character by a code that not every system can write');
    return literal(String.fromCodePoint(code), inBrackets ? CLASS_SPECIAL : SPECIAL);
  }

  #hex(digits: number): number {
    const text = this.letters.slice(this.#at, this.#at + digits).join('');
    this.#at += digits;
    return Number.parseInt(text, 16);
  }

  #braced(): number {
    let text = '';
    this.#at++;
    while (!this.#ahead('}')) text += this.#take();
    this.#at++;
    return Number.parseInt(text, 16);
  }
}

const literal = (letter: string, special: RegExp): string =>
  WRITTEN[letter] ?? (special.test(letter) ? `\\${letter}` : letter);
