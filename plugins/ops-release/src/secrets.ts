import { isJsonObject, type ExactJson } from '@dpone/sdk';

/** Something that gives a secret away, or could. */
export interface Leak {
  readonly code: string;
  readonly message: string;
  readonly action: string;
}

/** Parts of keys whose values are secrets. */
const SECRET_KEY =
  /access_key|api_key|client_secret|password|private_key|sasl_password|schema_registry_password|secret|token/;
/** Keys that often hold a secret, and sometimes a yes or no. */
const LIKELY_KEY = /passwd|passphrase|(^|_)pwd$|api-?key|access-key|credentials?$|(^|_)dsn$|connection_string/;
const YES_OR_NO = /^(y|n|yes|no|on|off|true|false|none|null)$/i;

const REFERENCE = /^(\$\{|\{\{|env:|vault:|airflow:)/;
const REDACTED = new Set(['', '*', '***', '****', '<redacted>', 'redacted', '[redacted]']);
const isSafeText = (text: string): boolean => {
  const trimmed = text.trim();
  return REFERENCE.test(trimmed) || REDACTED.has(trimmed.toLowerCase());
};

const CONNECTION_TYPES = new Set(['env', 'airflow', 'vault', 'params']);

/** Forms of secrets that need no key beside them, by name. */
const FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['github_token', /\b(gh[pousr]_\w{16,}|github_pat_\w{22,})/],
  ['pypi_token', /\bpypi-[\w.-]{16,}/],
  ['aws_access_key', /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
];
const MORE_FORMS: readonly (readonly [name: string, form: RegExp])[] = [
  ['jwt', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['private_key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];

/**
 * `password=...`, also with a quoted key or one with something in front, and its value. Like the next one it has limits,
 * so that a log of any kind takes no longer than it is long.
 */
const ASSIGNMENT =
  /(?<![a-z0-9])(?:[a-z0-9]{1,40}[_-]){0,4}(?:password|passwd|token|secret|api[_-]?key)["']?\s*[:=]\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&]+)/gi;
/** `scheme://user:password@`, and its password, which may hold what should have been encoded. */
const URL_CREDENTIALS = /:\/\/[^\s:/@]{0,128}:(?!\d{1,5}(?:[/?#]|$))([^\s@]{1,256})@/g;

const unquoted = (text: string): string => text.replaceAll(/^["']|["']$/g, '');
const holds = (text: string, pattern: RegExp): boolean =>
  [...text.matchAll(pattern)].some(([, value]) => !isSafeText(unquoted(value!)));

/** Secrets in a log, each kind once. No value is said back. */
export function logLeaks(text: string): Leak[] {
  const found = [
    ...FORMS.filter(([, form]) => form.test(text)).map(([name]) => name),
    ...(holds(text, ASSIGNMENT) ? ['password_assignment'] : []),
    ...(holds(text, URL_CREDENTIALS) ? ['url_credentials'] : []),
    ...MORE_FORMS.filter(([, form]) => form.test(text)).map(([name]) => name),
  ];
  return found.map((name) => ({
    code: `log.unredacted_secret.${name}`,
    message: `The log holds a secret in clear: ${name.replaceAll('_', ' ')}.`,
    action: 'Replace the secret at its provider, and redact it where the log is written.',
  }));
}

/** Secrets written into a manifest, in the order in which they stand. No value is said back. */
export function manifestLeaks(manifest: ExactJson, at: readonly string[] = []): Leak[] {
  const members: readonly (readonly [string, ExactJson])[] = Array.isArray(manifest)
    ? (manifest as readonly ExactJson[]).map((value, i) => [String(i), value])
    : isJsonObject(manifest)
      ? Object.entries(manifest)
      : [];
  return members.flatMap(([key, value]) => {
    const path = [...at, key];
    const named = Array.isArray(manifest) ? [] : [...connectionLeak(key, value, path)];
    const leaks = isInline(Array.isArray(manifest) ? '' : key, value) ? [inline(path)] : [];
    return [...named, ...leaks, ...manifestLeaks(value, path)];
  });
}

function connectionLeak(key: string, value: ExactJson, path: readonly string[]): Leak[] {
  if (key !== 'connection_type' || (typeof value === 'string' && CONNECTION_TYPES.has(value))) return [];
  return [
    {
      code: `manifest.unsafe_connection_type.${path.join('.')}`,
      message: `The connection at ${path.join('.')} is of a type that may hold secrets in the manifest.`,
      action: `Use one of ${[...CONNECTION_TYPES].join(', ')}.`,
    },
  ];
}

const inline = (path: readonly string[]): Leak => ({
  code: `manifest.inline_secret.${path.join('.')}`,
  message: `The manifest holds a secret in clear at ${path.join('.')}.`,
  action: 'Replace the secret at its provider, and refer to it: ${NAME}, env:NAME, vault:PATH or airflow:CONNECTION.',
});

function isInline(key: string, value: ExactJson): boolean {
  const name = key.toLowerCase();
  if (typeof value !== 'string') return SECRET_KEY.test(name) && isTruthy(value);
  if (isSafeText(value)) return false;
  if (SECRET_KEY.test(name)) return true;
  if (LIKELY_KEY.test(name) && !isAddress(value)) return value.trim().length > 1 && !YES_OR_NO.test(value.trim());
  return [...FORMS, ...MORE_FORMS].some(([, form]) => form.test(value)) || holds(value, URL_CREDENTIALS);
}

/** An address without a password in it gives nothing away. */
const isAddress = (value: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(value);

const isTruthy = (value: Exclude<ExactJson, string>): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : isJsonObject(value)
      ? Object.keys(value).length > 0
      : value !== null && value !== false && Number(value) !== 0;
