/** Refuses a value; never returns. */
type Refuse = (text: string, why: string) => never;

/**
 * The items of an array as the server writes it: `{1,NULL,"a \"b\""}`. An array of several dimensions, or one whose
 * numbering does not begin at 1, is refused: a list holds neither.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function parseArray(text: string, delimiter: string, refuse: Refuse): (string | null)[] {
  if (text.startsWith('[')) return refuse(text, 'its numbering does not begin at 1');
  if (text.startsWith('{{')) return refuse(text, 'it has more than one dimension');
  const items: (string | null)[] = [];
  let at = 1;
  while (at < text.length - 1) {
    if (text[at] === '"') {
      const { item, end } = quoted(text, at + 1);
      items.push(item);
      at = end;
    } else {
      const next = text.indexOf(delimiter, at);
      const end = next < 0 ? text.length - 1 : next;
      const item = text.slice(at, end);
      // The text NULL itself is written in quotes.
      items.push(item === 'NULL' ? null : item);
      at = end;
    }
    // Over the delimiter, or the closing brace.
    at++;
  }
  return items;
}

/** A quoted item from behind its first quote; `end` is behind its last. */
function quoted(text: string, from: number): { readonly item: string; readonly end: number } {
  const special = /["\\]/g;
  let item = '';
  for (let at = from; ;) {
    special.lastIndex = at;
    const next = special.exec(text)!.index;
    item += text.slice(at, next);
    if (text[next] === '"') return { item, end: next + 1 };
    item += text[next + 1];
    at = next + 2;
  }
}
