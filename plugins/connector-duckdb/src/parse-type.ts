/** A DuckDB type as read from its name. */
export type ParsedType =
  | { readonly name: string; readonly args: readonly string[] }
  | { readonly name: 'LIST'; readonly item: ParsedType }
  | { readonly name: 'STRUCT'; readonly fields: readonly { readonly name: string; readonly type: ParsedType }[] }
  | { readonly name: 'MAP'; readonly key: ParsedType; readonly value: ParsedType };

/** Reads a type name as DuckDB itself writes it: `DECIMAL(12,2)`, `STRUCT(a INTEGER, "b c" VARCHAR[])[3]`. */
export function parseTypeName(text: string): ParsedType {
  let rest = text.trim();
  let depth = 0;
  while (rest.endsWith(']')) {
    rest = rest.slice(0, rest.lastIndexOf('[')).trimEnd();
    depth += 1;
  }
  let type = parseBase(rest);
  for (; depth > 0; depth -= 1) type = { name: 'LIST', item: type };
  return type;
}

function parseBase(text: string): ParsedType {
  const open = text.indexOf('(');
  if (open === -1) return { name: text.toUpperCase().replaceAll('"', ''), args: [] };
  const name = text.slice(0, open).trim().toUpperCase();
  const args = splitTopLevel(text.slice(open + 1, text.lastIndexOf(')')));
  if (name === 'MAP' && args.length === 2)
    return { name, key: parseTypeName(args[0]!), value: parseTypeName(args[1]!) };
  if (name === 'STRUCT') return { name, fields: args.map(parseField) };
  return { name, args };
}

function parseField(text: string): { name: string; type: ParsedType } {
  if (!text.startsWith('"')) {
    const space = text.indexOf(' ');
    return { name: text.slice(0, space), type: parseTypeName(text.slice(space + 1)) };
  }
  let end = 1;
  while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1;
  return { name: text.slice(1, end).replaceAll('""', '"'), type: parseTypeName(text.slice(end + 1)) };
}

/** Splits at commas that stand outside parentheses and quotes. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(') depth += 1;
    else if (c === ')') depth -= 1;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') parts.push(last);
  return parts;
}
