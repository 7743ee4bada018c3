import { fail } from '@dpone/sdk';
import { CONVERTED, LOGICAL, PHYSICAL, REPETITION, TIME_UNIT, type Physical, type TimeUnit } from './parquet-format.js';
import { isStruct, numberAt, optionalNumberAt, structAt, textAt, type ThriftStruct } from './thrift-fields.js';

export type PlainKind =
  | 'bool'
  | 'int'
  | 'decimal'
  | 'float'
  | 'text'
  | 'json'
  | 'bytes'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'uuid';

/** A column of a Parquet file that is read: what its bytes mean. */
export interface PlainColumn {
  readonly name: string;
  readonly optional: boolean;
  readonly kind: PlainKind;
  readonly physical: Physical;
  /** Bytes a value of FIXED_LEN_BYTE_ARRAY. */
  readonly width: number;
  /** Integers: without a sign. */
  readonly unsigned: boolean;
  /** Decimals; 0 and 0 for others. */
  readonly precision: number;
  readonly scale: number;
  /** Times and timestamps. */
  readonly unit: TimeUnit;
  /** Times and timestamps: an instant (timestamptz), not a local time. */
  readonly utc: boolean;
}

const PHYSICALS = Object.keys(PHYSICAL) as Physical[];

type Meaning = Pick<PlainColumn, 'kind'> & Partial<PlainColumn>;

/** The columns of a file's footer; fails where one is nested or of a meaning that is not read here. */
export function plainColumns(schema: readonly unknown[], path: string): PlainColumn[] {
  return schema.slice(1).map((element) => {
    if (!isStruct(element)) throw unreadable(path, 'its schema is malformed');
    const name = textAt(element, 4);
    const repetition = optionalNumberAt(element, 3) ?? REPETITION.REQUIRED;
    if ((optionalNumberAt(element, 5) ?? 0) > 0 || repetition === REPETITION.REPEATED)
      throw fail('DPONE_NO_LANE', `column ${name} of ${path} is nested: it is not transcoded`);
    const physical = PHYSICALS[numberAt(element, 1)]!;
    const annotated = element.has(10) || element.has(6);
    const meaning = annotated ? (logicalMeaning(element) ?? convertedMeaning(element)) : bareMeaning(physical);
    if (meaning === undefined)
      throw fail('DPONE_NO_LANE', `column ${name} of ${path} has a type that is not transcoded`);
    return {
      name,
      optional: repetition === REPETITION.OPTIONAL,
      physical,
      width: optionalNumberAt(element, 2) ?? 0,
      unsigned: false,
      precision: 0,
      scale: 0,
      unit: 'micros',
      utc: false,
      ...meaning,
    };
  });
}

function logicalMeaning(element: ThriftStruct): Meaning | undefined {
  const [member] = structAt(element, 10) ?? [];
  if (member === undefined) return undefined;
  const [id, fields] = member;
  if (!isStruct(fields)) return undefined;
  switch (id) {
    case LOGICAL.STRING:
    case LOGICAL.ENUM:
      return { kind: 'text' };
    case LOGICAL.JSON:
      return { kind: 'json' };
    case LOGICAL.UUID:
      return { kind: 'uuid' };
    case LOGICAL.DATE:
      return { kind: 'date' };
    case LOGICAL.DECIMAL:
      return { kind: 'decimal', scale: numberAt(fields, 1), precision: numberAt(fields, 2) };
    case LOGICAL.INTEGER:
      return { kind: 'int', unsigned: fields.get(2) === false };
    case LOGICAL.TIME:
    case LOGICAL.TIMESTAMP: {
      const [unitId] = [...(structAt(fields, 2)?.keys() ?? [])];
      const unit = (Object.keys(TIME_UNIT) as TimeUnit[]).find((name) => TIME_UNIT[name] === unitId);
      if (unit === undefined) return undefined;
      const utc = fields.get(1) === true;
      if (id === LOGICAL.TIME) return { kind: 'time', unit, utc };
      return { kind: 'timestamp', unit, utc };
    }
    default:
      return undefined;
  }
}

/** Files of older writers; a timestamp without a logical type is an instant. */
function convertedMeaning(element: ThriftStruct): Meaning | undefined {
  switch (optionalNumberAt(element, 6)) {
    case CONVERTED.UTF8:
    case CONVERTED.ENUM:
      return { kind: 'text' };
    case CONVERTED.JSON:
      return { kind: 'json' };
    case CONVERTED.DATE:
      return { kind: 'date' };
    case CONVERTED.DECIMAL:
      return { kind: 'decimal', scale: optionalNumberAt(element, 7) ?? 0, precision: numberAt(element, 8) };
    case CONVERTED.TIMESTAMP_MILLIS:
      return { kind: 'timestamp', unit: 'millis', utc: true };
    case CONVERTED.TIMESTAMP_MICROS:
      return { kind: 'timestamp', unit: 'micros', utc: true };
    case CONVERTED.INT_8:
    case CONVERTED.INT_16:
    case CONVERTED.INT_32:
    case CONVERTED.INT_64:
      return { kind: 'int' };
    case CONVERTED.UINT_8:
    case CONVERTED.UINT_16:
    case CONVERTED.UINT_32:
    case CONVERTED.UINT_64:
      return { kind: 'int', unsigned: true };
    default:
      return undefined;
  }
}

/** Only where nothing annotates the column: an annotation that is not known must not be overlooked. */
function bareMeaning(physical: Physical): Meaning | undefined {
  switch (physical) {
    case 'BOOLEAN':
      return { kind: 'bool' };
    case 'INT32':
    case 'INT64':
      return { kind: 'int' };
    case 'FLOAT':
    case 'DOUBLE':
      return { kind: 'float' };
    case 'BYTE_ARRAY':
      return { kind: 'bytes' };
    default:
      return undefined;
  }
}

export const unreadable = (path: string, what: string, cause?: unknown): Error =>
  fail('DPONE_SOURCE_READ', `the parquet file ${path} cannot be read: ${what}`, { cause });
