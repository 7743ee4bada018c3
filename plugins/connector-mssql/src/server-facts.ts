import type { Row } from './session.js';

/** What the server is, and who we are there (https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql). */
export const selectServer = (): string =>
  "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version, " +
  "CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition, DB_NAME() AS db, SUSER_SNAME() AS login, " +
  "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(20)) AS updateability";

/** `SQL Server 16.0.4135.4 (Developer Edition), database shop, as reader`. */
export const serverText = (row: Row): string =>
  `SQL Server ${String(row['version'])} (${String(row['edition'])}), database ${String(row['db'])}, as ${String(row['login'])}`;
