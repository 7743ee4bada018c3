import { quoteIdent, quoteLiteral } from '@dpone/sdk';

export const CDC_BACKENDS = ['postgres_logical', 'mssql_cdc', 'mssql_change_tracking'] as const;
export type CdcBackend = (typeof CDC_BACKENDS)[number];

export interface CdcAsked {
  readonly backend: CdcBackend;
  readonly schema: string;
  readonly table: string;
  readonly slot_name?: string | undefined;
  readonly publication_name?: string | undefined;
  readonly capture_instance?: string | undefined;
}

/** What a backend needs at the server so that changes of a table can be read; every name as the system quotes it. */
export function cdcStatements(asked: CdcAsked): string[] {
  switch (asked.backend) {
    case 'postgres_logical':
      return postgresStatements(asked);
    case 'mssql_cdc':
      return [
        'EXEC sys.sp_cdc_enable_db;',
        // https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sys-sp-cdc-enable-table-transact-sql
        `EXEC sys.sp_cdc_enable_table @source_schema = ${national(asked.schema)}, @source_name = ${national(asked.table)}, @role_name = NULL, @capture_instance = ${national(captureOf(asked))}, @supports_net_changes = 0;`,
      ];
    case 'mssql_change_tracking':
      return [
        // https://learn.microsoft.com/sql/relational-databases/track-changes/enable-and-disable-change-tracking-sql-server
        'ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7 DAYS, AUTO_CLEANUP = ON);',
        `ALTER TABLE ${bracketed(asked.schema)}.${bracketed(asked.table)} ENABLE CHANGE_TRACKING;`,
      ];
  }
}

function postgresStatements({ schema, table, slot_name: slot, publication_name: publication }: CdcAsked): string[] {
  const name = `${quoteIdent(schema)}.${quoteIdent(table)}`;
  return [
    `CREATE PUBLICATION ${quoteIdent(publication ?? `dpone_${table}`)} FOR TABLE ${name};`,
    // https://www.postgresql.org/docs/current/logicaldecoding-output-plugin.html
    ...(slot === undefined ? [] : [`SELECT pg_create_logical_replication_slot(${quoteLiteral(slot)}, 'pgoutput');`]),
  ];
}

/** Why a plan cannot be carried out; none where it can. */
export function cdcProblems(asked: CdcAsked): string[] {
  const given = {
    slot_name: ['postgres_logical'],
    publication_name: ['postgres_logical'],
    capture_instance: ['mssql_cdc'],
  } as const satisfies Record<string, readonly CdcBackend[]>;
  const foreign = Object.entries(given)
    .filter(
      ([key, backends]) =>
        asked[key as keyof typeof given] !== undefined && !(backends as readonly string[]).includes(asked.backend),
    )
    .map(([key]) => `option.not_of_backend:${key}`);
  // https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-SLOTS-MANIPULATION
  const slot = asked.slot_name !== undefined && !/^[a-z0-9_]{1,63}$/.test(asked.slot_name) ? ['slot_name.invalid'] : [];
  const instance = asked.backend === 'mssql_cdc' && captureOf(asked).length > 100 ? ['capture_instance.too_long'] : [];
  return [...foreign, ...slot, ...instance];
}

const captureOf = ({ capture_instance: instance, schema, table }: CdcAsked): string => instance ?? `${schema}_${table}`;

const national = (text: string): string => `N${quoteLiteral(text)}`;
const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
