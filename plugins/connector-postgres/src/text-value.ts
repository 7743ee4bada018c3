import { fail, typeName, type CanonicalType, type Column } from '@dpone/sdk';
import { parseArray } from './array-text.js';
import { parseNative } from './types.js';

/** A value of the rows lane from the text that the server sends for it, as {@link sessionSettings} make it. */
export type TextValue = (text: string) => unknown;

/** The reader of a column. Throws DPONE_VALUE_OUT_OF_RANGE, naming the column, for what has no canonical form. */
export function textValue(column: Column): TextValue {
  const refuse = (text: string, why: string): never => {
    const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
    throw fail(
      'DPONE_VALUE_OUT_OF_RANGE',
      `${column.name}: ${typeName(column.type)} has no form for ${shown}: ${why}`,
      {
        where: `column ${column.name}`,
        remedy: 'Leave the value out (custom_predicate), or replace it in a query or a view.',
      },
    );
  };
  return reader(column.type, column.native?.type ?? '', refuse);
}

type Refuse = (text: string, why: string) => never;

function reader(type: CanonicalType, native: string, refuse: Refuse): TextValue {
  switch (type.kind) {
    case 'bool':
      return (text) => text === 't';
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
      return Number;
    case 'int64':
    case 'uint64':
      return BigInt;
    case 'bytes':
      return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    case 'date':
      return (text) => day(text, refuse);
    case 'timestamp':
      return (text) => instant(text, type.precision, type.tz, refuse);
    case 'interval':
      return (text) => (text.includes('infinity') ? refuse(text, INFINITE) : text);
    case 'array': {
      const item = reader(type.item, native.slice(0, -2), refuse);
      // The one type whose items are parted by something else: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT
      const delimiter = parseNative(native).base === 'box' ? ';' : ',';
      return (text) => parseArray(text, delimiter, refuse).map((one) => (one === null ? null : item(one)));
    }
    case 'struct':
    case 'map':
      throw fail('DPONE_INTERNAL', `Postgres sends no ${typeName(type)}`);
    default:
      return (text) => text;
  }
}

const INFINITE = 'there is no such day';

/** ISO 8601: the years before 1 are 0000, -0001, ...; Postgres writes `0001-01-01 BC`, `0002-01-01 BC`. */
function day(text: string, refuse: Refuse): string {
  if (text.endsWith('infinity')) return refuse(text, INFINITE);
  return text.endsWith(' BC') ? beforeChrist(text.slice(0, -3)) : text;
}

function beforeChrist(text: string): string {
  const dash = text.indexOf('-');
  const year = Number(text.slice(0, dash)) - 1;
  return `${year === 0 ? '' : '-'}${String(year).padStart(4, '0')}${text.slice(dash)}`;
}

const INSTANT = /^(\d+-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(\+00)?( BC)?$/;

function instant(text: string, precision: number, tz: boolean, refuse: Refuse): string {
  if (text.endsWith('infinity')) return refuse(text, INFINITE);
  const found = INSTANT.exec(text);
  if (found === null || (found[4] !== undefined) !== tz)
    throw fail('DPONE_INTERNAL', `${text} is not how a timestamp is sent with TimeZone UTC and DateStyle ISO`);
  const date = found[5] === undefined ? found[1]! : beforeChrist(found[1]!);
  const fraction = (found[3] ?? '').padEnd(precision, '0');
  return `${date}T${found[2]}${fraction === '' ? '' : `.${fraction}`}${tz ? 'Z' : ''}`;
}
