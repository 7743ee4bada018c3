/** The kind of value that a type name stands for, whatever system it is of. */
export type LogicalType =
  | 'integer'
  | 'float'
  | 'decimal'
  | 'string'
  | 'timestamp'
  | 'date'
  | 'time'
  | 'boolean'
  | 'json'
  | 'array'
  | 'binary';

const RULES: readonly (readonly [pattern: RegExp, type: LogicalType])[] = [
  [/^(decimal|numeric|bignumeric|(small)?money)/, 'decimal'],
  [/^(bytes|bytea|blob|image|rowversion)$|binary/, 'binary'],
  [/\[\]$|^array/, 'array'],
  [/^((tiny|small|medium|big)?int(eger)?|u?int\d+|(small|big)?serial)$/, 'integer'],
  [/^(float|double|real)/, 'float'],
  [/^(bool|boolean|bit)$/, 'boolean'],
  [/^date(32)?$/, 'date'],
  [/^time(tz)?(\(|$| with)/, 'time'],
  [/^(timestamp|datetime|smalldatetime)/, 'timestamp'],
  [/^jsonb?$/, 'json'],
];

/** A type that nothing is known of is text: nothing is lost in it. */
export function logicalType(dtype: string): LogicalType {
  const name = dtype.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  return RULES.find(([pattern]) => pattern.test(name))?.[1] ?? 'string';
}

/** `(12, 2)` */
export function precisionScale(dtype: string): readonly [precision: number | null, scale: number | null] {
  const found = /\((\d+)\s*,\s*(\d+)\)/.exec(dtype);
  return found === null ? [null, null] : [Number(found[1]), Number(found[2])];
}

/** Whether a type of time names a zone or an offset. */
export const hasZone = (dtype: string): boolean => /tz|offset|with time zone/i.test(dtype);
