import { isUtf8 } from 'node:buffer';
import type { Column } from '@dpone/sdk';
import { fieldOf, type Field } from './copy-field.js';

const TAB = 9;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Turns a JSON object into a line of COPY's text format in one pass over its bytes, without a value of JavaScript in
 * between. It does so only where the fields come in the order of the columns (some may be absent) and each value is, as
 * it stands, the text of its type; of anything else it says so, and the caller parses it.
 */
export class LineScanner {
  readonly #fields: readonly Field[];
  #in: Uint8Array = new Uint8Array(0);
  #out: Uint8Array = new Uint8Array(0);
  /** Where the next byte is read, and where the next one is written. */
  #i = 0;
  #o = 0;
  #ascii = true;

  constructor(columns: readonly Column[]) {
    this.#fields = columns.map(fieldOf);
  }

  /** Writes the fields at a place and resolves with the place behind them; -1 where the value is to be parsed. */
  scan(value: Uint8Array, out: Uint8Array, at: number): number {
    this.#in = value;
    this.#out = out;
    this.#i = 0;
    this.#o = at;
    this.#ascii = true;
    return this.#object() && (this.#ascii || isUtf8(value)) ? this.#o : -1;
  }

  #object(): boolean {
    const bytes = this.#in;
    const fields = this.#fields;
    if (bytes[this.#i++] !== OPEN) return false;
    for (let c = 0; ; c++) {
      this.#spaces();
      if (bytes[this.#i++] !== QUOTE) return false;
      while (c < fields.length && !this.#is(fields[c]!.name)) this.#absent(c++);
      if (c === fields.length) return false;
      this.#spaces();
      if (bytes[this.#i++] !== COLON) return false;
      this.#spaces();
      if (c > 0) this.#out[this.#o++] = TAB;
      if (!this.#value(fields[c]!)) return false;
      this.#spaces();
      const next = bytes[this.#i++];
      if (next === COMMA) continue;
      if (next !== CLOSE) return false;
      while (++c < fields.length) this.#absent(c);
      this.#spaces();
      return this.#i === bytes.length;
    }
  }

  #spaces(): void {
    while (this.#in[this.#i] === SPACE) this.#i++;
  }

  /** Steps over a text where it is the next one. */
  #is(text: Uint8Array): boolean {
    const at = this.#i;
    for (let k = 0; k < text.length; k++) if (this.#in[at + k] !== text[k]) return false;
    this.#i = at + text.length;
    return true;
  }

  #absent(c: number): void {
    if (c > 0) this.#out[this.#o++] = TAB;
    this.#null();
  }

  #null(): void {
    this.#out[this.#o++] = BACKSLASH;
    this.#out[this.#o++] = 0x4e;
  }

  #value(field: Field): boolean {
    if (this.#in[this.#i] === NULL[0]) {
      this.#null();
      return this.#is(NULL);
    }
    switch (field.kind) {
      case 'integer':
      case 'number':
        return this.#number(field);
      case 'string':
        return this.#string(field);
      case 'bool': {
        const first = this.#in[this.#i]!;
        this.#out[this.#o++] = first;
        return this.#is(first === TRUE[0] ? TRUE : FALSE);
      }
      default:
        return this.#time(field);
    }
  }

  #number(field: Field): boolean {
    const bytes = this.#in;
    const negative = bytes[this.#i] === MINUS;
    if (negative) {
      if (!field.signed) return false;
      this.#out[this.#o++] = MINUS;
      this.#i++;
    }
    const first = bytes[this.#i];
    const whole = this.#digits();
    // A leading zero is no JSON, and what -0 is depends on the type.
    if (whole === 0 || (first === ZERO && (whole > 1 || negative))) return false;
    if (whole > field.whole && !(first === ZERO && field.whole === 0)) return false;
    let behind = 0;
    if (bytes[this.#i] === POINT) {
      if (field.fraction === 0) return false;
      this.#out[this.#o++] = POINT;
      this.#i++;
      behind = this.#digits();
      if (behind === 0 || behind > field.fraction) return false;
    }
    // An exponent ends it too: the caller finds no comma.
    return whole + behind <= field.digits;
  }

  #digits(): number {
    const from = this.#i;
    for (let byte = this.#in[this.#i]!; byte >= ZERO && byte <= NINE; byte = this.#in[++this.#i]!)
      this.#out[this.#o++] = byte;
    return this.#i - from;
  }

  #string(field: Field): boolean {
    const bytes = this.#in;
    const out = this.#out;
    let i = this.#i;
    let o = this.#o;
    if (bytes[i++] !== QUOTE) return false;
    const from = i;
    for (; ; i++) {
      const byte = bytes[i];
      if (byte === QUOTE) break;
      // Escapes, control characters, and the end.
      if (byte === undefined || byte === BACKSLASH || byte < SPACE) return false;
      if (byte > 0x7e) this.#ascii = false;
      out[o++] = byte;
    }
    this.#i = i + 1;
    this.#o = o;
    return i - from <= field.whole;
  }

  /** `2024-01-31`, and for timestamps `T10:20:30.123456Z` behind it. */
  #time(field: Field): boolean {
    if (this.#in[this.#i++] !== QUOTE) return false;
    const from = this.#i;
    if (!this.#shape(DATE) || this.#year0(from)) return false;
    if (field.kind === 'timestamp') {
      const between = this.#in[this.#i++];
      if (between !== 0x54 && between !== SPACE) return false;
      this.#out[this.#o++] = SPACE;
      if (!this.#shape(CLOCK)) return false;
      if (this.#in[this.#i] === POINT) {
        this.#out[this.#o++] = POINT;
        this.#i++;
        const behind = this.#digits();
        if (behind === 0 || behind > field.fraction) return false;
      }
      if (field.tz) {
        if (this.#in[this.#i++] !== 0x5a) return false;
        for (const byte of UTC) this.#out[this.#o++] = byte;
      }
    }
    return this.#in[this.#i++] === QUOTE;
  }

  /** Copies what has a shape: `0` stands for a digit. */
  #shape(shape: Uint8Array): boolean {
    for (const wanted of shape) {
      const byte = this.#in[this.#i++];
      if (byte === undefined || (wanted === ZERO ? byte < ZERO || byte > NINE : byte !== wanted)) return false;
      this.#out[this.#o++] = byte;
    }
    return true;
  }

  #year0(at: number): boolean {
    for (let k = 0; k < 4; k++) if (this.#in[at + k] !== ZERO) return false;
    return true;
  }
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const DATE = Buffer.from('0000-00-00');
const CLOCK = Buffer.from('00:00:00');
const UTC = Buffer.from('+00');
