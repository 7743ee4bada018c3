import { canHold, isInteger, type CanonicalType, type Column } from '@dpone/sdk';

/** A value of the rows lane as the store's JSON holds it. A bigint and bytes have no form in JSON of their own. */
export function toStored(value: unknown, type: CanonicalType): unknown {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return String(value as bigint);
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'float32':
    case 'float64':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : Object.is(value, -0)
          ? '-0'
          : String(value as number);
    case 'array':
      return (value as unknown[]).map((item) => toStored(item, type.item));
    case 'struct':
      return type.fields.map((field) => toStored((value as Record<string, unknown>)[field.name], field.type));
    case 'map':
      return (value as [unknown, unknown][]).map(([k, v]) => [toStored(k, type.key), toStored(v, type.value)]);
    default:
      return value;
  }
}

/** The other way round. */
export function fromStored(stored: unknown, type: CanonicalType): unknown {
  if (stored === null || stored === undefined) return null;
  switch (type.kind) {
    case 'int64':
    case 'uint64':
      return BigInt(stored as string);
    case 'bytes':
      return new Uint8Array(Buffer.from(stored as string, 'base64'));
    case 'float32':
    case 'float64':
      return Number(stored);
    case 'array':
      return (stored as unknown[]).map((item) => fromStored(item, type.item));
    case 'struct':
      return Object.fromEntries(type.fields.map((f, i) => [f.name, fromStored((stored as unknown[])[i], f.type)]));
    case 'map':
      return (stored as [unknown, unknown][]).map(([k, v]) => [fromStored(k, type.key), fromStored(v, type.value)]);
    default:
      return stored;
  }
}

/** Why a value cannot be held by a column, in one sentence; undefined where it can. Nothing is rounded or cut. */
export function misfit(value: unknown, column: Column): string | undefined {
  const { type, name } = column;
  if (value === null || value === undefined)
    return column.nullable ? undefined : `${name}: NULL in a column that is not nullable`;
  if (isInteger(type)) {
    const bits = BigInt(/\d+/.exec(type.kind)![0]);
    const [low, high] = type.kind.startsWith('u')
      ? [0n, 2n ** bits - 1n]
      : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
    const whole = typeof value === 'bigint' || Number.isInteger(value);
    return whole && BigInt(value as bigint) >= low && BigInt(value as bigint) <= high
      ? undefined
      : `${name}: ${String(value as number)} is not an ${type.kind}`;
  }
  if (type.kind === 'decimal') {
    const parts = /^-?0*(\d*)(?:\.(\d*?)0*)?$/.exec(value as string);
    const fits =
      parts !== null &&
      canHold(type, {
        kind: 'decimal',
        precision: parts[1]!.length + (parts[2]?.length ?? 0),
        scale: parts[2]?.length ?? 0,
      });
    return fits ? undefined : `${name}: ${JSON.stringify(value)} is not a decimal(${type.precision},${type.scale})`;
  }
  return undefined;
}
