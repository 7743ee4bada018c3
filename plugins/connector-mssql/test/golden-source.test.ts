import type { Column } from '@dpone/sdk';
import { columnCursor, rowversionCursor } from '../dist/cursor.js';
import { selectAttached, selectColumns, selectObject, selectPrimaryKey, selectRoughRows } from '../dist/facts-sql.js';
import { rangeCondition } from '../dist/key-ranges.js';
import { predicateSql } from '../dist/predicate-sql.js';
import { selectList } from '../dist/read-value.js';
import { narrowed, selectSql } from '../dist/row-set.js';
import { selectServer } from '../dist/server-facts.js';
import { sessionSettings } from '../dist/server.js';
import { lockSql } from '../dist/snapshot.js';
import { literalFor, tableName, textLiteral } from '../dist/sql.js';
import { EVENT_COLUMNS, selectChanges, selectFirst, selectTracking } from '../dist/tracking-sql.js';
import { canonicalType } from '../dist/types.js';
import { expectGolden } from './support/golden.js';
import { TARGET } from './support/plans.js';

const NATIVES =
  'bit tinyint smallint int bigint decimal(38,9) numeric(12,2) money smallmoney real float(53) char(3) varchar(10) ' +
  'varchar(max) nchar(3) nvarchar(10) nvarchar(max) xml json hierarchyid binary(8) varbinary(max) rowversion ' +
  'uniqueidentifier date time(7) datetime smalldatetime datetime2(7) datetimeoffset(7)';

const columns: readonly Column[] = NATIVES.split(' ').map((type, i) => ({
  name: `c${i}`,
  type: canonicalType(type)!,
  nullable: true,
  native: { system: 'mssql', type },
}));
const of = (native: string): Column => columns.find((c) => c.native!.type === native)!;

describe('the statements of the mssql source are those that were reviewed', () => {
  const table = tableName(TARGET);

  it('reads every type', () =>
    expectGolden('select', [selectSql(selectList(columns), { from: table, conditions: [] })]));

  it('looks at the catalog', () =>
    expectGolden('catalog', [
      sessionSettings({ lock_timeout_ms: 60_000 }),
      selectServer(),
      selectObject(TARGET),
      selectColumns(TARGET),
      selectPrimaryKey(TARGET),
      selectAttached(TARGET),
      selectRoughRows(TARGET),
      lockSql(table),
    ]));

  it('takes what is new, and ranges of it', () => {
    const all = { from: table, conditions: [] };
    const after = (native: string, state: string, mayRepeat = false): string =>
      selectSql('*', narrowed(all, columnCursor(of(native), { state, mayRepeat }).condition));
    const active = Buffer.from('00000000000007d1', 'hex');
    const version = (state: string | null): string =>
      selectSql('*', narrowed(all, rowversionCursor(of('rowversion'), { state }, active).condition));
    const date = of('date').name;
    expectGolden('increments', [
      after('bigint', '9007199254740993'),
      after('decimal(38,9)', '1.000000001', true),
      after('datetime', '2026-01-31T12:34:56.003'),
      after('datetime2(7)', '2026-01-31T12:34:56.1234567'),
      after('datetimeoffset(7)', '2026-01-31T12:34:56.1234567Z'),
      after('nvarchar(10)', "it's"),
      after('uniqueidentifier', 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF'),
      version(null),
      version('0x00000000000007d0'),
      ...[{ to: '2026-01-01' }, { from: '2026-01-01', to: '2026-02-01' }, { from: '2026-02-01' }].map((range) =>
        selectSql('*', narrowed(all, rangeCondition({ column: date, ...range }, columns))),
      ),
      selectSql(
        '*',
        narrowed(
          all,
          predicateSql({ op: 'in', column: of('money').name, values: ['1.00005', 2, true] }, literalFor(columns)),
        ),
      ),
      `SELECT ${textLiteral('a\\\nb\\\r\nc')} AS continued`,
    ]);
  });

  it('takes changes by change tracking', () => {
    const tracked = [of('bigint'), of('nvarchar(10)'), of('decimal(38,9)'), ...EVENT_COLUMNS];
    const key = [of('bigint').name, of('nvarchar(10)').name];
    expectGolden('change-tracking', [
      selectTracking(TARGET),
      selectFirst(TARGET, tracked, '41'),
      selectChanges({ table: TARGET, columns: tracked, key, after: '41', upTo: '57' }),
    ]);
  });
});
