import { isInteger, quoteIdent, quoteLiteral, type CanonicalType, type Column, type FormatOptions } from '@dpone/sdk';
import { physicalName } from './types.js';
import { sqlType } from './sql.js';

/** How a text becomes a value: the value (NULL where it cannot be read) and whether it is that text's exact meaning. */
export interface TextCast {
  readonly value: string;
  /** A condition on the raw text and on `value`; true where nothing was lost. NULL raw text never comes here. */
  readonly exact: (raw: string, value: string) => string;
}

/**
 * DuckDB's own casts from text round silently ('1.5' to INTEGER is 2, 1.239 to DECIMAL(12,2) is 1.24, a timestamp's
 * offset is dropped), so each type says here what text it takes without loss: by a quick test that nearly every value
 * passes, and a slow one for the others.
 */
export function textCast(column: Column, raw: string, format: FormatOptions): TextCast {
  const { type } = column;
  const value = `TRY_CAST(${raw} AS ${sqlType(column)})`;
  if (isInteger(type)) return judged(value, asWritten, matchesWhole);
  switch (type.kind) {
    case 'string':
      return { value: raw, exact: () => 'true' };
    case 'json':
      return { value, exact: (r) => `json_valid(${r})` };
    case 'decimal':
      return judged(value, shortDecimal(type.scale), decimalExact(type.scale));
    case 'float32':
    case 'float64':
      return judged(
        value,
        (_, v) => `isfinite(${v})`,
        (r, v) => `(isnan(${v}) OR contains(lower(${r}), 'inf'))`,
      );
    case 'date':
      if (format.dateFormat !== undefined) return formatted(raw, format.dateFormat, 'DATE');
      return judged(
        value,
        (r) => `${r} LIKE '____-__-__'`,
        (r) => matches(r, '-?\\d+-\\d+-\\d+( \\(BC\\))?|-?infinity'),
      );
    case 'time':
      return judged(value, (r) => `${r} LIKE '__:__:__'`, notFiner(type.precision));
    case 'timestamp':
      if (format.timestampFormat !== undefined) return formatted(raw, format.timestampFormat, sqlType(column));
      return judged(value, plainInstant, instantExact(type));
    default:
      return { value, exact: (_, v) => `${v} IS NOT NULL` };
  }
}

type Condition = (raw: string, value: string) => string;

/** CASE runs the slow test only on the rows that the quick one leaves over. */
const judged = (value: string, quick: Condition, slow: Condition): TextCast => ({
  value,
  exact: (r, v) => `CASE WHEN ${v} IS NULL THEN false WHEN ${quick(r, v)} THEN true ELSE ${slow(r, v)} END`,
});

/** The text as DuckDB itself would write the value: nothing can have been lost. */
const asWritten: Condition = (r, v) => `CAST(${v} AS VARCHAR) = ${r}`;
const matchesWhole: Condition = (r) => matches(r, '\\s*[+-]?\\d+(\\.0*)?\\s*');

function formatted(raw: string, format: string, type: string): TextCast {
  return {
    value: `CAST(try_strptime(${raw}, ${quoteLiteral(format)}) AS ${type})`,
    exact: (_, v) => `${v} IS NOT NULL`,
  };
}

const matches = (raw: string, pattern: string): string => `regexp_full_match(${raw}, ${quoteLiteral(pattern)})`;

/** As DuckDB would write it; or a point, no more digits after it than the column keeps, and no exponent. */
const shortDecimal =
  (scale: number): Condition =>
  (r, v) =>
    `${asWritten(r, v)} THEN true WHEN contains(${r}, '.') AND strlen(${r}) - position('.' IN ${r}) <= ${scale} ` +
    `AND NOT contains(${r}, 'e') AND NOT contains(${r}, 'E')`;

/** No more digits after the point than the column keeps, zeros apart. */
const decimalExact =
  (scale: number): Condition =>
  (r, v) =>
    `(${matches(r, `\\s*[+-]?\\d*(\\.\\d{0,${scale}}0*)?\\s*`)} OR ` +
    // As DuckDB's JSON reader hands over small numbers: 3e-09.
    `(${matches(r, '[+-]?\\d(\\.\\d{1,14})?[eE][+-]?\\d+')} AND TRY_CAST(${r} AS DOUBLE) = CAST(${v} AS DOUBLE)))`;

/** No more fraction digits than the type keeps, zeros apart. */
const notFiner = (precision: number): Condition => {
  const digits = precision > 6 ? 9 : 6;
  return (r) => `NOT regexp_matches(${r}, '\\.\\d{${digits}}\\d*[1-9]')`;
};

/** `2026-01-01 10:00:00`, alone or with up to six digits after a point: neither an offset nor a finer fraction has room in it. */
const plainInstant: Condition = (r) =>
  `(${r} LIKE '____-__-_____:__:__' OR (strlen(${r}) <= 26 AND ${r} LIKE '____-__-_____:__:__._%' AND ` +
  `TRY_CAST(substr(${r}, 21) AS UINTEGER) IS NOT NULL))`;

const instantExact = (type: { readonly precision: number; readonly tz: boolean }): Condition => {
  if (type.tz) return notFiner(type.precision);
  // An offset in a column without a zone would be dropped, and with it the meaning of the value.
  const offset = (r: string): string => `regexp_matches(${r}, ':\\d+(\\.\\d+)? ?([zZ]|[+-]\\d|[A-Za-z]{3})')`;
  return (r, v) => `(${notFiner(type.precision)(r, v)} AND NOT ${offset(r)})`;
};

/**
 * A JSON value as a canonical type, one level at a time: DuckDB's own transform turns what does not fit into NULL and
 * rounds numbers. `raw` is a JSON expression. The parts of nested values go through {@link textCast}.
 */
export function jsonCast(type: CanonicalType, raw: string, format: FormatOptions, depth = 0): TextCast {
  const x = `x${depth}`;
  const name = physicalName(type);
  const sql = 'type' in name ? name.type : 'VARCHAR';
  switch (type.kind) {
    case 'array': {
      const item = jsonCast(type.item, x, format, depth + 1);
      const items = (r: string): string => `TRY_CAST(${r} AS JSON[])`;
      return {
        value: `CAST(list_transform(${items(raw)}, lambda ${x}: ${item.value}) AS ${sql})`,
        exact: (r) =>
          `(json_type(${r}) = 'ARRAY' AND len(list_filter(${items(r)}, lambda ${x}: NOT ${nullOr(x, item)})) = 0)`,
      };
    }
    case 'struct': {
      const fields = type.fields.map((field) => {
        const at = (r: string): string => `(${r} -> ${quoteLiteral(jsonPath(field.name))})`;
        return { field, at };
      });
      const packed = fields.map(
        ({ field, at }) => `${quoteIdent(field.name)} := ${jsonCast(field.type, at(raw), format, depth).value}`,
      );
      return {
        value: `CASE WHEN json_type(${raw}) = 'OBJECT' THEN CAST(struct_pack(${packed.join(', ')}) AS ${sql}) END`,
        exact: (r) =>
          `(json_type(${r}) = 'OBJECT' AND ${fields
            .map(({ field, at }) => nullOr(at(r), jsonCast(field.type, at(r), format, depth)))
            .join(
              ' AND ',
            )} AND list_has_all(${`[${type.fields.map((f) => quoteLiteral(f.name)).join(', ')}]`}, json_keys(${r})))`,
      };
    }
    case 'map': {
      const entries = (r: string): string => `map_entries(TRY_CAST(${r} AS MAP(VARCHAR, JSON)))`;
      const keyColumn: Column = { name: 'key', type: type.key, nullable: false };
      const key = textCast(keyColumn, `${x}.key`, format);
      const value = jsonCast(type.value, `${x}.value`, format, depth + 1);
      return {
        value: `CAST(map_from_entries(list_transform(${entries(raw)}, lambda ${x}: {'k': ${key.value}, 'v': ${value.value}})) AS ${sql})`,
        exact: (r) =>
          `(json_type(${r}) = 'OBJECT' AND len(list_filter(${entries(r)}, lambda ${x}: NOT (${key.exact(`${x}.key`, key.value)} AND ${nullOr(`${x}.value`, value)}))) = 0)`,
      };
    }
    case 'json':
      return { value: raw, exact: () => 'true' };
    default: {
      const text = (r: string): string => `(${r} ->> '$')`;
      const cast = textCast({ name: 'value', type, nullable: true }, text(raw), format);
      const scalar = (r: string): string =>
        type.kind === 'string' ? 'true' : `json_type(${r}) NOT IN ('ARRAY', 'OBJECT')`;
      return { value: cast.value, exact: (r, v) => `(${scalar(r)} AND ${cast.exact(text(r), v)})` };
    }
  }
}

/** A JSON null is a NULL of any type. */
const nullOr = (raw: string, cast: TextCast): string =>
  `(${raw} IS NULL OR json_type(${raw}) = 'NULL' OR ${cast.exact(raw, cast.value)})`;

/** `$."a.b"`: a member by its exact name. */
export const jsonPath = (name: string): string => `$."${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
