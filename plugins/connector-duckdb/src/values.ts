import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimeNSValue,
  DuckDBTimeValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { fail, typeName, type CanonicalType } from '@dpone/sdk';
import { INTEGER_RANGES, shownValue } from '@dpone/sdk/connector';
import { formatInterval, parseInterval } from './interval-text.js';
import { dayText, epochText, parseDay, parseEpoch, parseTime, timeText } from './time-text.js';

/** Turns the rows lane's form of a value into DuckDB's, and back. NULL is dealt with by the caller. */
export interface ValueCodec {
  toDuckDB(value: unknown): DuckDBValue;
  fromDuckDB(value: DuckDBValue): unknown;
}

const bad = (value: unknown, type: CanonicalType): Error =>
  fail('DPONE_VALUE_OUT_OF_RANGE', `${shownValue(value)} is not of type ${typeName(type)}`);

export function valueCodec(type: CanonicalType): ValueCodec {
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return { toDuckDB: (v) => integer(v, type), fromDuckDB: (v) => v };
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return { toDuckDB: (v) => Number(integer(v, type)), fromDuckDB: (v) => v };
    case 'bool':
      return { toDuckDB: (v) => check(typeof v === 'boolean', v, type) as boolean, fromDuckDB: (v) => v };
    case 'float32':
    case 'float64':
      return { toDuckDB: (v) => check(typeof v === 'number', v, type) as number, fromDuckDB: (v) => v };
    case 'string':
    case 'json':
      return { toDuckDB: (v) => check(typeof v === 'string', v, type) as string, fromDuckDB: (v) => v };
    case 'decimal':
      return decimalCodec(type);
    case 'bytes':
      return {
        toDuckDB: (v) => new DuckDBBlobValue(check(v instanceof Uint8Array, v, type) as Uint8Array),
        fromDuckDB: (v) => new Uint8Array((v as DuckDBBlobValue).bytes),
      };
    case 'uuid':
      return {
        toDuckDB: (v) => uuidFrom(v, type),
        fromDuckDB: (v) => (v as DuckDBUUIDValue).toString(),
      };
    case 'date':
      return {
        toDuckDB: (v) => new DuckDBDateValue(parseDay(String(v)) ?? raise(v, type)),
        fromDuckDB: (v) => dayText((v as DuckDBDateValue).days, String(v)),
      };
    case 'time':
      return {
        toDuckDB: (v) =>
          type.precision > 6
            ? new DuckDBTimeNSValue(parseTime(String(v), 9) ?? raise(v, type))
            : new DuckDBTimeValue(parseTime(String(v)) ?? raise(v, type)),
        fromDuckDB: (v) =>
          type.precision > 6
            ? timeText((v as DuckDBTimeNSValue).nanos, type.precision, 9)
            : timeText((v as DuckDBTimeValue).micros, type.precision),
      };
    case 'timestamp':
      return timestampCodec(type);
    case 'interval':
      return {
        toDuckDB: (v) => {
          const parsed = parseInterval(String(v)) ?? raise(v, type);
          return new DuckDBIntervalValue(parsed.months, parsed.days, parsed.micros);
        },
        fromDuckDB: (v) => formatInterval(v as DuckDBIntervalValue),
      };
    default:
      return nestedCodec(type);
  }
}

function raise(value: unknown, type: CanonicalType): never {
  throw bad(value, type);
}

function check(ok: boolean, value: unknown, type: CanonicalType): unknown {
  return ok ? value : raise(value, type);
}

function integer(value: unknown, type: CanonicalType): bigint {
  const ok = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  const whole = ok ? BigInt(value) : raise(value, type);
  const [least, most] = INTEGER_RANGES[type.kind]!;
  return whole >= least && whole <= most ? whole : raise(value, type);
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

function decimalCodec(type: CanonicalType & { kind: 'decimal' }): ValueCodec {
  return {
    toDuckDB: (value) => {
      const [, sign, whole = '', fraction = ''] = DECIMAL.exec(String(value)) ?? raise(value, type);
      const kept = fraction.replace(/0+$/, '');
      if (kept.length > type.scale || whole + fraction === '') raise(value, type);
      const digits = BigInt(whole + kept.padEnd(type.scale, '0') || '0');
      if (digits >= 10n ** BigInt(type.precision)) raise(value, type);
      const signed = sign === '-' ? -digits : digits;
      // Beyond DECIMAL's 38 digits there are only DuckDB's own 128-bit integers, whose driver form is a bigint.
      return type.precision > 38 ? signed : new DuckDBDecimalValue(signed, type.precision, type.scale);
    },
    fromDuckDB: (value) => String(value),
  };
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

function uuidFrom(value: unknown, type: CanonicalType): DuckDBUUIDValue {
  const text = String(value);
  if (!UUID.test(text)) raise(value, type);
  return DuckDBUUIDValue.fromUint128(BigInt(`0x${text.replaceAll('-', '')}`));
}

function timestampCodec(type: CanonicalType & { kind: 'timestamp' }): ValueCodec {
  const nanos = type.precision > 6;
  const unit = nanos ? 9 : 6;
  return {
    toDuckDB: (value) => {
      const epoch = parseEpoch(String(value), unit, type.tz) ?? raise(value, type);
      if (nanos) return new DuckDBTimestampNanosecondsValue(epoch);
      return type.tz ? new DuckDBTimestampTZValue(epoch) : new DuckDBTimestampValue(epoch);
    },
    fromDuckDB: (value) => epochText(epochOf(value), unitOf(value), type.precision, type.tz, String(value)),
  };
}

/** TIMESTAMP_S, _MS and _NS count in their own units. */
function epochOf(value: DuckDBValue): bigint {
  const v = value as { micros?: bigint; nanos?: bigint; millis?: bigint; seconds?: bigint };
  return v.micros ?? v.nanos ?? v.millis ?? v.seconds ?? 0n;
}

function unitOf(value: DuckDBValue): number {
  const v = value as object;
  if ('micros' in v) return 6;
  if ('nanos' in v) return 9;
  return 'millis' in v ? 3 : 0;
}

function nestedCodec(type: CanonicalType): ValueCodec {
  const nullable = (codec: ValueCodec): ValueCodec => ({
    toDuckDB: (v) => (v === null || v === undefined ? null : codec.toDuckDB(v)),
    fromDuckDB: (v) => (v === null ? null : codec.fromDuckDB(v)),
  });
  switch (type.kind) {
    case 'array': {
      const item = nullable(valueCodec(type.item));
      return {
        toDuckDB: (v) => new DuckDBListValue((check(Array.isArray(v), v, type) as unknown[]).map(item.toDuckDB)),
        fromDuckDB: (v) => (v as DuckDBListValue).items.map(item.fromDuckDB),
      };
    }
    case 'map': {
      const key = valueCodec(type.key);
      const value = nullable(valueCodec(type.value));
      return {
        toDuckDB: (v) =>
          new DuckDBMapValue(
            (check(Array.isArray(v), v, type) as [unknown, unknown][]).map(([k, x]) => ({
              key: key.toDuckDB(k),
              value: value.toDuckDB(x),
            })),
          ),
        fromDuckDB: (v) => (v as DuckDBMapValue).entries.map((e) => [key.fromDuckDB(e.key), value.fromDuckDB(e.value)]),
      };
    }
    case 'struct': {
      const fields = type.fields.map((f) => ({ name: f.name, codec: nullable(valueCodec(f.type)) }));
      return {
        toDuckDB: (v) => {
          const object = check(typeof v === 'object', v, type) as Readonly<Record<string, unknown>>;
          return new DuckDBStructValue(
            Object.fromEntries(fields.map((f) => [f.name, f.codec.toDuckDB(object[f.name])])),
          );
        },
        fromDuckDB: (v) => {
          const entries = (v as DuckDBStructValue).entries;
          return Object.fromEntries(fields.map((f) => [f.name, f.codec.fromDuckDB(entries[f.name] ?? null)]));
        },
      };
    }
    default:
      throw fail('DPONE_INTERNAL', `no rows-lane form of ${typeName(type)}`);
  }
}
