/** A type of ClickHouse, taken apart: `DateTime64(6, 'UTC')` -> name `DateTime64`, args `6`, `'UTC'`. */
export interface ParsedType {
  readonly name: string;
  /** What stands in the brackets, as it is written. */
  readonly args: readonly string[];
}

/** The parts of a type's name; commas and brackets inside quotes and inner brackets belong to the part. */
export function parseType(text: string): ParsedType {
  const trimmed = text.trim();
  const open = trimmed.indexOf('(');
  if (open === -1 || !trimmed.endsWith(')')) return { name: trimmed, args: [] };
  return { name: trimmed.slice(0, open).trim(), args: splitArguments(trimmed.slice(open + 1, -1)) };
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === "'" || c === '`' || c === '"') quote = c;
    else if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' ? parts : [...parts, last];
}

/** A tuple's field: `` `a b` Int32 `` -> `a b`, `Int32`; a field without a name has its number, as ClickHouse calls it. */
export function parseField(text: string, index: number): { readonly name: string; readonly type: string } {
  const quoted = /^(`(?:[^`\\]|\\.)*`|"(?:[^"\\]|\\.)*")\s+(.+)$/s.exec(text);
  if (quoted !== null) return { name: quoted[1]!.slice(1, -1).replace(/\\(.)/gs, '$1'), type: quoted[2]! };
  const plain = /^([A-Za-z_]\w*)\s+(.+)$/s.exec(text);
  return plain === null ? { name: `${index + 1}`, type: text } : { name: plain[1]!, type: plain[2]! };
}
