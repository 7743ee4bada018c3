const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${BYTE}(\\.${BYTE}){3}`;
const WORD = '[0-9A-Fa-f]{1,4}';
const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])';

/** Of each number of words before a `::`, those that may come behind it. */
const SHORTENED = Array.from({ length: 7 }, (_, i) => {
  const before = i === 0 ? '' : `${WORD}(:${WORD}){0,${i - 1}}`;
  const after = 6 - i;
  return `${before}::${after === 0 ? `(${WORD})?` : `(${WORD}(:${WORD}){0,${after - 1}})?`}`;
});

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
  ipv6: `^((${WORD}:){7}${WORD}|${SHORTENED.join('|')}|::([Ff]{4}:)?${IPV4})$`,
  byte: '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
  'date-time': `^${DATE}[Tt ]${TIME}$`,
  date: `^${DATE}$`,
  time: `^${TIME}$`,
  binary: null,
  password: null,
};
