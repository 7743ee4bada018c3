import { join } from 'node:path';
import protobuf from 'protobufjs';

const REQUESTS = {
  traces: 'trace/v1/trace_service.proto ExportTraceServiceRequest',
  metrics: 'metrics/v1/metrics_service.proto ExportMetricsServiceRequest',
} as const;

/** Fields of ids, which JSON has in hex and not in base64. */
const IDS: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };

const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/**
 * What is wrong with a request by the published definitions of the protocol, in the JSON that it states: fields in
 * lowerCamelCase and no others, ids in hex, enums as numbers, 64-bit integers as texts
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). Empty where nothing is.
 */
export function otlpFaults(protos: string, kind: keyof typeof REQUESTS, body: unknown): string[] {
  const [file, message] = REQUESTS[kind].split(' ') as [string, string];
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => join(protos, target);
  root.loadSync(join('opentelemetry/proto/collector', file)).resolveAll();
  return faultsOf(root.lookupType(message), body, kind);
}

function faultsOf(type: protobuf.Type, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no ${type.name}`];
  const faults = Object.entries(value).flatMap(([key, item]) => {
    const field = Object.hasOwn(type.fields, key) ? type.fields[key]! : undefined;
    const where = `${at}.${key}`;
    if (field === undefined) return [`${where} is no field of ${type.name}`];
    if (!field.repeated) return valueFaults(field, item, where);
    if (!Array.isArray(item)) return [`${where} is no list`];
    return item.flatMap((one, i) => valueFaults(field, one, `${where}[${i}]`));
  });
  const several = type.oneofsArray.filter(
    ({ fieldsArray }) => fieldsArray.filter(({ name }) => name in value).length > 1,
  );
  return [...faults, ...several.map(({ name }) => `${at} has several of ${name}`)];
}

function valueFaults(field: protobuf.Field, value: unknown, at: string): string[] {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) return faultsOf(resolvedType, value, at);
  const fits = resolvedType === null ? isScalar(field, value) : resolvedType.valuesById[value as number] !== undefined;
  return fits ? [] : [`${at} is no ${field.type}: ${JSON.stringify(value)}`];
}

function isScalar({ type, name }: protobuf.Field, value: unknown): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'bytes') {
    if (typeof value !== 'string') return false;
    const size = IDS[name];
    return size === undefined
      ? /^[A-Za-z0-9+/]*={0,2}$/.test(value)
      : new RegExp(`^[0-9a-f]{${2 * size}}$`).test(value);
  }
  const range = INTEGERS[type];
  if (range === undefined)
    return typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string);
  if ((typeof value !== 'string' && typeof value !== 'number') || !/^-?\d+$/.test(String(value))) return false;
  const number = BigInt(value);
  return number >= range[0] && number <= range[1];
}
