const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${BYTE}(\\.${BYTE}){3}`;
const WORD = '[0-9A-Fa-f]{1,4}';
const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])';

/** The last 32 bits of an address: two words, or as IPv4 writes them. */
const LAST = `(${WORD}:${WORD}|${IPV4})`;
const upTo = (words: number): string => `((${WORD}:){0,${words}}${WORD})?`;

/** https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2 */
const IPV6 = [
  `(${WORD}:){6}${LAST}`,
  `::(${WORD}:){5}${LAST}`,
  ...[0, 1, 2].map((before) => `${upTo(before)}::(${WORD}:){${4 - before}}${LAST}`),
  `${upTo(3)}::${WORD}:${LAST}`,
  `${upTo(4)}::${LAST}`,
  `${upTo(5)}::${WORD}`,
  `${upTo(6)}::`,
];

/**
 * The formats of texts that a contract may name, as patterns that systems read alike; null where a format says how a
 * text is meant and asks nothing of it. They are those of the standard (`email`, `uuid`, `uri`, `hostname`, `ipv4`,
 * `ipv6`, `byte`, `binary`, `password`) and those of JSON Schema for times:
 * https://bitol-io.github.io/open-data-contract-standard/latest/schema/ and
 * https://json-schema.org/draft/2020-12/json-schema-validation#name-defined-formats
 */
export const STRING_FORMATS: Readonly<Record<string, string | null>> = {
  email: `^[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${LABEL}(\\.${LABEL})+$`,
  uuid: '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$',
  uri: "^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&'()*+,;=%\\[\\]-]+$",
  hostname: `^${LABEL}(\\.${LABEL})*$`,
  ipv4: `^${IPV4}$`,
  ipv6: `^(${IPV6.join('|')})$`,
  byte: '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
  'date-time': `^${DATE}[Tt ]${TIME}$`,
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  binary: null,
  password: null,
};
