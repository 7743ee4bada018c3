import { mssqlMissing, mssqlVersion } from '@dpone/test-services';
import type { Waiver } from '@dpone/testkit';

/**
 * Whether the server of the tests is another one that speaks TDS. Such a server shows the protocol and most of the
 * language; what it lacks of SQL Server is waived by name.
 */
const isStandIn = mssqlMissing() === undefined && !(await mssqlVersion()).startsWith('Microsoft');

const waived = (behaviour: string, what: string): Waiver => ({
  behaviour,
  reason: `the server of DPONE_TEST_MSSQL_URL is not Microsoft SQL Server and ${what}`,
});

const NAMES = 'folds the case of names in its catalog';
const NULLABLE = 'has no ALTER COLUMN that says NULL or NOT NULL';

export const SINK_WAIVERS: readonly Waiver[] = isStandIn
  ? [
      waived('sink.quotes-names', NAMES),
      waived('sink.schema.widen_column', NULLABLE),
      waived('sink.schema.drop_not_null', NULLABLE),
    ]
  : [];

export const SOURCE_WAIVERS: readonly Waiver[] = isStandIn ? [waived('source.reads-awkward-names', NAMES)] : [];
