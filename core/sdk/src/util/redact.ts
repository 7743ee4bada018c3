import { isRawNumber } from './exact-json.js';

const MASK = '***';

/**
 * `scheme://user:secret@host`: the password of any URI, also one that was not percent-encoded (`@` and `/` in it).
 * A port (`http://host:80/@scope/name`) is no password.
 */
const URI_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/]*):(?!\d{1,5}(?:[/?#]|$))(\S*)@/gi;
/** `password=secret`, `"token": "secret"`, `PGPASSWORD: secret` and the like. */
const NAMED_SECRET =
  /((?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|sas|signature)["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"']+)/gi;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;
const AWS_KEY = /\b(AKIA|ASIA)[A-Z0-9]{16}\b/g;

const SECRET_KEY = /pass(word|wd|phrase)?$|pwd$|secret|token|api_?key|access_?key|credential|private_?key|(^|_)sas$/i;

/** Whether a key's name says that its value is a secret: `password`, `sas_token`, `api_key`. */
export const isSecretName = (key: string): boolean => SECRET_KEY.test(key);

/** The one function that takes secrets out of text before a person or a file sees it. */
export function redact(text: string): string {
  return text
    .replace(URI_PASSWORD, `$1:${MASK}@`)
    .replace(NAMED_SECRET, `$1${MASK}`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(AWS_KEY, MASK);
}

/** A copy of a JSON-like value whose secret-named keys are masked and whose texts are redacted. */
export function redactDeep<T>(value: T): T {
  const walk = (v: unknown, key: string): unknown => {
    // YAML makes a number of `password: 12345`.
    if (typeof v === 'string' || typeof v === 'number' || typeof v === 'bigint')
      return isSecretName(key) && v !== '' ? MASK : typeof v === 'string' ? redact(v) : v;
    if (isRawNumber(v)) return isSecretName(key) ? MASK : v;
    if (Array.isArray(v)) return v.map((item) => walk(item, key));
    if (typeof v === 'object' && v !== null)
      return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x, k)]));
    return v;
  };
  return walk(value, '') as T;
}
