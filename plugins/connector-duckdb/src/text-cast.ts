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
 * offset is dropped), so each type says here what text it takes without loss. The first branch of each condition is
 * the cheap test that nearly every value passes; a regular expression is the last resort.
 */
export function textCast(column: Column, raw: string, format: FormatOptions): TextCast {
  const { type } = column;
  const value = `TRY_CAST(${raw} AS ${sqlType(column)})`;
  const parsed = (exact: TextCast['exact']): TextCast => ({
    value,
    exact: (r, v) => `(${v} IS NOT NULL AND ${exact(r, v)})`,
  });
  if (isInteger(type)) return parsed((r) => `(${noneOf(r, '.eE')} OR ${matches(r, '\\s*[+-]?\\d+(\\.0*)?\\s*')})`);
  switch (type.kind) {
    case 'string':
      return { value: raw, exact: () => 'true' };
    case 'json':
      return { value, exact: (r) => `json_valid(${r})` };
    case 'decimal':
      return parsed((r, v) => decimalExact(r, v, type.scale));
    case 'float32':
    case 'float64':
      return parsed((r, v) => `(isfinite(${v}) OR isnan(${v}) OR contains(lower(${r}), 'inf'))`);
    case 'date':
      if (format.dateFormat !== undefined) return formatted(raw, format.dateFormat, 'DATE');
      return parsed((r) => `(length(${r}) <= 10 OR ${matches(r, '-?\\d+-\\d+-\\d+( \\(BC\\))?|-?infinity')})`);
    case 'time':
      return parsed((r) => fractionExact(r, type.precision > 6 ? 9 : 6));
    case 'timestamp':
      if (format.timestampFormat !== undefined) return formatted(raw, format.timestampFormat, sqlType(column));
      return parsed((r) => timestampExact(r, type));
    default:
      return parsed(() => 'true');
  }
}

function formatted(raw: string, format: string, type: string): TextCast {
  return {
    value: `CAST(try_strptime(${raw}, ${quoteLiteral(format)}) AS ${type})`,
    exact: (_, v) => `${v} IS NOT NULL`,
  };
}

const noneOf = (raw: string, characters: string): string =>
  `NOT (${Array.from(characters, (c) => `contains(${raw}, '${c}')`).join(' OR ')})`;

const matches = (raw: string, pattern: string): string => `regexp_full_match(${raw}, ${quoteLiteral(pattern)})`;

/** No more digits after the point than the column keeps, zeros apart. */
function decimalExact(raw: string, value: string, scale: number): string {
  const short = `contains(${raw}, '.') AND length(${raw}) - position('.' IN ${raw}) <= ${scale}`;
  const whole = `NOT contains(${raw}, '.')`;
  return (
    `(${noneOf(raw, 'eE')} AND (${short} OR ${whole}) OR ` +
    `${matches(raw, `\\s*[+-]?\\d*(\\.\\d{0,${scale}}0*)?\\s*`)} OR ` +
    // As DuckDB's JSON reader hands over small numbers: 3e-09.
    `${matches(raw, '[+-]?\\d(\\.\\d{1,14})?[eE][+-]?\\d+')} AND TRY_CAST(${raw} AS DOUBLE) = CAST(${value} AS DOUBLE))`
  );
}

/** No more fraction digits than the type keeps, zeros apart. */
const fractionExact = (raw: string, digits: number): string =>
  `(length(${raw}) <= ${digits === 6 ? 15 : 18} OR NOT regexp_matches(${raw}, '\\.\\d{${digits}}\\d*[1-9]'))`;

function timestampExact(raw: string, type: { readonly precision: number; readonly tz: boolean }): string {
  const digits = type.precision > 6 ? 9 : 6;
  const plain = `length(${raw}) = 19 AND ${raw}[17] = ':'`;
  const finer = `regexp_matches(${raw}, '\\.\\d{${digits}}\\d*[1-9]')`;
  // An offset in a column without a zone would be dropped, and with it the meaning of the value.
  const offset = `regexp_matches(${raw}, ':\\d+(\\.\\d+)? ?([zZ]|[+-]\\d|[A-Za-z]{3})')`;
  return type.tz ? `(${plain} OR NOT ${finer})` : `(${plain} OR NOT (${finer} OR ${offset}))`;
}

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
