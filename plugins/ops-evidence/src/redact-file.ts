import { isJsonObject, isSecretName, orderedJson, parseExactJson, redact } from '@dpone/sdk';

const MASK = '[REDACTED]';

/** Words in a key's name that say that its value is a secret. */
const SECRET = String.raw`(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|dsn|sas)`;
/** `  - "db_password": value`, `export API_KEY=value`: everything up to the value. */
const KEYED = new RegExp(
  String.raw`^(\s*(?:-\s+)*(?:export\s+)?["']?[\w.-]*${SECRET}[\w.-]*["']?\s*[:=]\s*)(.*)$`,
  'i',
);
const PEM = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;

/** A file's text without its secrets. JSON is read as JSON; everything else line by line, as YAML, TOML and `.env` are written. */
export function redactFile(text: string): string {
  return redactJson(text) ?? redactLines(text);
}

/** Undefined where the text is no JSON object or list; the text itself where it holds no secret. */
function redactJson(text: string): string | undefined {
  try {
    const value = parseExactJson(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const before = orderedJson(value);
    const after = orderedJson(masked(value, false));
    return after === before ? text : `${after}\n`;
  } catch {
    return undefined;
  }
}

const SECRET_NAME = new RegExp(SECRET, 'i');
const secretKey = (key: string): boolean => isSecretName(key) || SECRET_NAME.test(key);

/** Below a secret name everything is secret, however deep. */
function masked(value: unknown, secret: boolean): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => masked(item, secret));
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, masked(item, secret || secretKey(key))]),
    );
  if (secret) return value === null || value === '' || typeof value === 'boolean' ? value : MASK;
  return typeof value === 'string' ? redactText(value) : value;
}

const redactText = (text: string): string => redact(text.replaceAll(PEM, MASK));

function redactLines(text: string): string {
  const lines = text.replaceAll(PEM, MASK).split('\n');
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const match = KEYED.exec(line.replace(/\r$/, ''));
    if (match === null) {
      kept.push(redact(line));
      continue;
    }
    const end = endOfValue(lines, at, match[2]!);
    const own = match[2]!.trim() === '' || match[2]!.trim().startsWith('#');
    // A key without a value, and nothing below it: there is nothing to hide.
    if (own && end === at) kept.push(line);
    else kept.push(`${match[1]!.replace(/\s*$/, '')}${match[1]!.trimEnd().endsWith('=') ? '' : ' '}${MASK}`);
    at = end;
  }
  return kept.join('\n');
}

/** The last line of a value: block scalars, lists and maps are what stands deeper; a triple quote ends at the next. */
function endOfValue(lines: readonly string[], at: number, value: string): number {
  const quotes = /^("""|''')/.exec(value.trim())?.[1];
  if (quotes !== undefined) {
    if (value.trim().slice(3).includes(quotes)) return at;
    const end = lines.findIndex((line, i) => i > at && line.includes(quotes));
    return end === -1 ? lines.length - 1 : end;
  }
  const column = keyColumn(lines[at]!);
  let end = at;
  for (let next = at + 1; next < lines.length; next += 1) {
    const line = lines[next]!;
    if (line.trim() === '') continue;
    const isItem = value.trim() === '' && indentOf(line) === column && line.trimStart().startsWith('- ');
    if (indentOf(line) <= column && !isItem) break;
    end = next;
  }
  return end;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Where a line's key begins: behind the dashes of the list that it is an item of. */
const keyColumn = (line: string): number => /^\s*(?:-\s+)*/.exec(line)![0].length;
