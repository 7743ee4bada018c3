/**
 * A query of a contract, if it is one SELECT and nothing more, or why it is not. Told from its text alone, so that no
 * system has to be trusted with it: what could end the statement, hide a part of it or write somewhere is refused, also
 * where it stands in a text.
 */
export function selectOnly(text: string): { readonly query: string } | { readonly refused: string } {
  const query = text.trim().replace(/;$/, '').trim();
  if (!/^(select|with)\b/i.test(query)) return { refused: 'is no SELECT' };
  if (query.includes(';')) return { refused: 'has a semicolon in it' };
  if (/--|\/\*|\*\//.test(query)) return { refused: 'has a comment in it' };
  if (/\binto\b/i.test(query)) return { refused: 'has an INTO in it' };
  if (!isBalanced(query)) return { refused: 'has a bracket too many or too few' };
  return { query };
}

function isBalanced(query: string): boolean {
  let depth = 0;
  for (const letter of query.replaceAll(/'[^']*'|"[^"]*"/g, '')) {
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
