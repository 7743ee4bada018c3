/** The types that the 120 wide columns stand for, in turn. */
const FAMILIES =
  'bool int16 int32 int64 uint8 uint16 numeric decimal float32 float64 money date time timestamp timestamptz datetime2 datetimeoffset uuid char varchar text nchar nvarchar binary varbinary json jsonb xml array_int array_text range_int range_ts enum domain composite point line polygon inet cidr macaddr bit varbit tsvector tsquery pg_lsn oid rowversion sql_variant hierarchyid geometry geography low_cardinality nullable map tuple nested ipv4 ipv6'.split(
    ' ',
  );
const WIDTH = 120;

const digits = (number: number, width: number): string => String(number).padStart(width, '0');
const hex = (number: number): string => number.toString(16).padStart(2, '0');

type Maker = (row: number, index: number, family: string) => unknown;

const whole: Maker = (row, index) => row * 1000 + index;
const decimal: Maker = (row, index) => `${row}.${digits(index, 4)}`;
const moment: Maker = () => '2026-06-03T10:00:00Z';
const flag: Maker = (row, index) => (row + index) % 2 === 0;
const record: Maker = (row, index, family) => ({ row_id: row, index, family });
const list: Maker = (row, index, family) => [row, index, family];
const range: Maker = (row, index) => `[${row},${row + index})`;
const bytes: Maker = (row, index) => `0x${hex(row)}${hex(index)}`;
const place: Maker = (row, index) => `POINT(${row} ${index})`;
const shape: Maker = (row, index, family) => `${family.toUpperCase()}(${row},${index})`;
const bits: Maker = () => '101010';

const MAKERS: Readonly<Record<string, Maker>> = {
  ...each(['bool', 'nullable'], flag),
  ...each(['int16', 'int32', 'int64', 'uint8', 'uint16', 'oid', 'rowversion'], whole),
  ...each(['numeric', 'decimal', 'money', 'float32', 'float64'], decimal),
  date: () => '2026-06-03',
  time: () => '10:00:00',
  ...each(['timestamp', 'timestamptz', 'datetime2', 'datetimeoffset'], moment),
  uuid: (row, index) => `00000000-0000-0000-${digits(row % 10_000, 4)}-${digits(index, 12)}`,
  ...each(['binary', 'varbinary'], bytes),
  ...each(['json', 'jsonb', 'map', 'tuple', 'nested', 'composite', 'sql_variant'], record),
  ...each(['array_int', 'array_text'], list),
  ...each(['range_int', 'range_ts'], range),
  ...each(['point', 'geometry', 'geography'], place),
  ...each(['line', 'polygon'], shape),
  inet: (row, index) => `192.0.2.${(row + index) % 255}`,
  cidr: () => '192.0.2.0/24',
  macaddr: (row, index) => `02:00:00:00:${digits(row % 100, 2)}:${digits(index % 100, 2)}`,
  ...each(['bit', 'varbit'], bits),
  pg_lsn: (row, index) => `0/${(row + index).toString(16).toUpperCase()}`,
};

function each(families: readonly string[], maker: Maker): Record<string, Maker> {
  return Object.fromEntries(families.map((family) => [family, maker]));
}

/** Nulls of several densities: by the last digit of the column's number. */
function isNull(row: number, index: number): boolean {
  const digit = index % 10;
  if (digit === 0) return row % 10 !== 0;
  if (digit <= 2) return row % 2 === 0;
  return digit <= 5 && row % 4 === 0;
}

/** 120 columns over all families of types, so that a load which narrows or loses one is seen. */
export function wideColumns(source: string, row: number): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (let index = 1; index <= WIDTH; index += 1) {
    const family = FAMILIES[(index - 1) % FAMILIES.length]!;
    const make = MAKERS[family] ?? (() => `${family}_${row}_${index}`);
    columns[`wide_${source}_${digits(index, 3)}_${family}`] = isNull(row, index) ? null : make(row, index, family);
  }
  return columns;
}
