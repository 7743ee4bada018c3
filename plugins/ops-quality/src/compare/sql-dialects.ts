import { quoteIdent } from '@dpone/sdk';
import type { CanonicalType } from '@dpone/sdk';
import type { Meaning } from './canonical-text.js';

/** How a system says in SQL what this process says in JavaScript about a value and its hash. */
export interface SqlDialect {
  quote(name: string): string;
  /** The text of a column's values as `textOf` makes it, as an expression; undefined where SQL has no such text. */
  text(column: string, type: CanonicalType, meaning: Meaning): string | undefined;
  /** Bytes of a text in UTF-8. */
  bytes(text: string): string;
  /** SHA-256 of a text in lower-case hexadecimal digits. */
  sha256(text: string): string;
  /** The number that up to 15 hexadecimal digits are. */
  number(hex: string): string;
  /** Put behind a subquery, so that its values are computed once. */
  readonly fence: string;
}

/** What most systems have in common; `text` is how a type's own text is asked for. */
function standardText(
  column: string,
  type: CanonicalType,
  meaning: Meaning,
  own: (kind: CanonicalType['kind'], column: string) => string | undefined,
): string | undefined {
  const plain = `CAST(${column} AS varchar)`;
  switch (type.kind) {
    case 'bool':
      return meaning === 'number' ? `CASE WHEN ${column} THEN '1' ELSE '0' END` : undefined;
    case 'decimal':
      return `CASE WHEN position('.' in ${plain}) > 0 THEN rtrim(rtrim(${plain}, '0'), '.') ELSE ${plain} END`;
    case 'string':
      return meaning === 'uuid' ? `lower(${plain})` : meaning === 'text' ? plain : undefined;
    case 'uuid':
      return `lower(${plain})`;
    case 'date':
      return meaning === 'timestamp' ? `${plain} || 'T00:00:00'` : plain;
    case 'time':
      return plain;
    case 'timestamp':
    case 'bytes':
    case 'float32':
    case 'float64':
      // Floats are written with the fewest digits that mean them: the same everywhere but for the very large and small.
      return own(type.kind, column);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return plain;
    default:
      // JSON, lists and intervals have a text of their own in each system: they are read and compared here.
      return undefined;
  }
}

/** By the `type` of a source block. A text that differs where values are equal costs reading a range, never the verdict. */
export const SQL_DIALECTS: Readonly<Record<string, SqlDialect>> = {
  postgres: {
    quote: quoteIdent,
    text: (column, type, meaning) =>
      standardText(column, type, meaning, (kind, value) => {
        if (kind === 'bytes') return `encode(${value}, 'hex')`;
        if (kind !== 'timestamp') return `${value}::float8::text`;
        const zone = type.kind === 'timestamp' && type.tz ? ` AT TIME ZONE 'UTC'` : '';
        return `replace((${value}${zone})::text, ' ', 'T')`;
      }),
    bytes: (text) => `octet_length(convert_to(${text}, 'UTF8'))`,
    sha256: (text) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`,
    number: (hex) => `('x' || lpad(${hex}, 16, '0'))::bit(64)::bigint`,
    fence: ' OFFSET 0',
  },
  duckdb: {
    quote: quoteIdent,
    text: (column, type, meaning) =>
      standardText(column, type, meaning, (kind, value) => {
        if (kind === 'bytes') return `lower(hex(${value}))`;
        if (kind !== 'timestamp') return `regexp_replace(CAST(CAST(${value} AS double) AS varchar), '\\.0$', '')`;
        return `replace(regexp_replace(CAST(${value} AS varchar), '\\+00$', ''), ' ', 'T')`;
      }),
    bytes: (text) => `strlen(${text})`,
    sha256: (text) => `sha256(${text})`,
    number: (hex) => `CAST('0x' || ${hex} AS bigint)`,
    fence: '',
  },
};
