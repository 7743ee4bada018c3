import { TYPES } from 'tedious';
import type { DateParts } from './date-parts.js';
import { parseNative } from './types.js';

/** Where a bulk load's bytes are written: the part of the driver's buffer that is used. */
interface Wire {
  writeUInt8(value: number): void;
  writeUInt16LE(value: number): void;
  writeUInt24LE(value: number): void;
  writeUInt32LE(value: number): void;
  writeInt32LE(value: number): void;
  writeUInt40LE(value: number): void;
  writeInt16LE(value: number): void;
  writeBigInt64LE(value: bigint): void;
  writeBigUInt64LE(value: bigint): void;
}

interface Cell<T> {
  readonly value: T | null;
  readonly precision?: number;
  readonly scale?: number;
}

/** The driver's interface of a type, as far as a bulk load uses it. */
export interface BulkType {
  readonly id: number;
  readonly name: string;
  declaration(cell: unknown): string;
  validate(value: unknown): unknown;
  writeTypeInfo(wire: Wire, cell: Cell<never>, options: unknown): void;
  writeValue(wire: Wire, cell: Cell<never>, options: unknown): unknown;
}

export interface BulkColumn {
  readonly type: BulkType;
  readonly options: {
    readonly length?: number;
    readonly precision?: number;
    readonly scale?: number;
    readonly nullable: true;
  };
}

/** The driver's own type for values that are right already (`write-value.ts` has looked at them). */
const ready = (type: unknown, change: Partial<BulkType> = {}): BulkType => ({
  ...(type as BulkType),
  validate: (value: unknown) => value ?? null,
  ...change,
});

const DECIMALN = 0x6a;
/** A sign and four words: what Microsoft's own clients send for every precision (MS-TDS 2.2.5.5.1.6). */
const DECIMAL_BYTES = 17;
const LOW = (1n << 64n) - 1n;

/** The driver's decimal goes through a JavaScript number. */
const exactDecimal = ready(TYPES.Decimal, {
  writeTypeInfo: (wire, { precision, scale }) => {
    wire.writeUInt8(DECIMALN);
    wire.writeUInt8(DECIMAL_BYTES);
    wire.writeUInt8(precision!);
    wire.writeUInt8(scale!);
  },
  writeValue: (wire, { value }: Cell<bigint>) => {
    if (value === null) return wire.writeUInt8(0);
    const magnitude = value < 0n ? -value : value;
    wire.writeUInt8(DECIMAL_BYTES);
    wire.writeUInt8(value < 0n ? 0 : 1);
    wire.writeBigUInt64LE(magnitude & LOW);
    wire.writeBigUInt64LE(magnitude >> 64n);
  },
});

/** Money is a whole number of 1/10000 in two words, the higher one first (MS-TDS 2.2.5.5.1.5). */
const exactMoney = ready(TYPES.Money, {
  writeValue: (wire, { value }: Cell<bigint>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(8);
    wire.writeInt32LE(Number(value >> 32n));
    wire.writeUInt32LE(Number(value & 0xff_ff_ff_ffn));
  },
});

const exactSmallMoney = ready(TYPES.SmallMoney, {
  writeValue: (wire, { value }: Cell<bigint>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(4);
    wire.writeInt32LE(Number(value));
  },
});

const exactBigInt = ready(TYPES.BigInt, {
  writeValue: (wire, { value }: Cell<bigint>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(8);
    wire.writeBigInt64LE(value);
  },
});

const timeBytes = (scale: number): 3 | 4 | 5 => (scale <= 2 ? 3 : scale <= 4 ? 4 : 5);

function writeTicks(wire: Wire, ticks: number, scale: number): void {
  const bytes = timeBytes(scale);
  if (bytes === 3) wire.writeUInt24LE(ticks);
  else if (bytes === 4) wire.writeUInt32LE(ticks);
  else wire.writeUInt40LE(ticks);
}

const exactDate = ready(TYPES.Date, {
  writeValue: (wire, { value }: Cell<number>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(3);
    wire.writeUInt24LE(value);
  },
});

const exactTime = ready(TYPES.Time, {
  writeValue: (wire, { value, scale }: Cell<number>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(timeBytes(scale!));
    writeTicks(wire, value, scale!);
  },
});

const exactDateTime2 = ready(TYPES.DateTime2, {
  writeValue: (wire, { value, scale }: Cell<DateParts>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(timeBytes(scale!) + 3);
    writeTicks(wire, value.ticks, scale!);
    wire.writeUInt24LE(value.days);
  },
});

/** The time of UTC, and the offset, which is none here. */
const exactDateTimeOffset = ready(TYPES.DateTimeOffset, {
  writeValue: (wire, { value, scale }: Cell<DateParts>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(timeBytes(scale!) + 5);
    writeTicks(wire, value.ticks, scale!);
    wire.writeUInt24LE(value.days);
    wire.writeInt16LE(0);
  },
});

const exactDateTime = ready(TYPES.DateTime, {
  writeValue: (wire, { value }: Cell<DateParts>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(8);
    wire.writeInt32LE(value.days);
    wire.writeUInt32LE(value.ticks);
  },
});

const exactSmallDateTime = ready(TYPES.SmallDateTime, {
  writeValue: (wire, { value }: Cell<DateParts>) => {
    if (value === null) return wire.writeUInt8(0);
    wire.writeUInt8(4);
    wire.writeUInt16LE(value.days);
    wire.writeUInt16LE(value.ticks);
  },
});

const FIXED: Readonly<Record<string, BulkType>> = {
  bit: ready(TYPES.Bit),
  tinyint: ready(TYPES.TinyInt),
  smallint: ready(TYPES.SmallInt),
  int: ready(TYPES.Int),
  bigint: exactBigInt,
  money: exactMoney,
  smallmoney: exactSmallMoney,
  real: ready(TYPES.Real),
  float: ready(TYPES.Float),
  uniqueidentifier: ready(TYPES.UniqueIdentifier),
  date: exactDate,
  datetime: exactDateTime,
  smalldatetime: exactSmallDateTime,
};

const SCALED: Readonly<Record<string, BulkType>> = {
  time: exactTime,
  datetime2: exactDateTime2,
  datetimeoffset: exactDateTimeOffset,
};

/** How a column of a type is sent in a bulk load. Every column takes NULL: what may not be is found before. */
export function bulkColumn(native: string): BulkColumn {
  const { base, args } = parseNative(native);
  const [first, second] = args;
  const nullable = true;
  if (FIXED[base] !== undefined) return { type: FIXED[base], options: { nullable } };
  if (SCALED[base] !== undefined) return { type: SCALED[base], options: { nullable, scale: Number(first ?? 7) } };
  const length = typeof first === 'number' ? first : Infinity;
  switch (base) {
    case 'decimal':
    case 'numeric':
      return { type: exactDecimal, options: { nullable, precision: Number(first ?? 18), scale: Number(second ?? 0) } };
    case 'nchar':
      return { type: ready(TYPES.NChar), options: { nullable, length } };
    case 'binary':
      return { type: ready(TYPES.Binary), options: { nullable, length } };
    case 'varbinary':
      return { type: ready(TYPES.VarBinary), options: { nullable, length } };
    default:
      return { type: ready(TYPES.NVarChar), options: { nullable, length } };
  }
}
