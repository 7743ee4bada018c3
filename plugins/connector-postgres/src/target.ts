import type { Schema, TableRef } from '@dpone/sdk';
import { relationKind, toColumn, type CatalogColumn } from './catalog-columns.js';
import { catalogRows } from './catalog-query.js';
import type { Doing } from './errors.js';
import { factsSql } from './facts-sql.js';
import type { Session } from './session.js';
import type { ColumnFacts, TableFacts } from './table-facts.js';

export { tableColumns, type TableColumns } from './catalog-columns.js';
export { queryColumns } from './query-columns.js';
export type { TableFacts } from './table-facts.js';

/** Reads everything that a load must know about its target; null where there is no such table or view. */
export async function tableFacts(session: Session, table: TableRef, doing: Doing): Promise<TableFacts | null> {
  const [row] = await catalogRows(session, factsSql(table), doing);
  if (row === undefined) return null;
  const json = <T>(name: string): T => JSON.parse(row[name]!) as T;
  const columns = json<(CatalogColumn & ColumnFacts)[]>('columns');
  return {
    oid: Number(row['oid']),
    kind: relationKind(row['kind']!),
    columns: columns.map(toColumn),
    primaryKey: json('primaryKey'),
    comment: row['comment']!,
    reltuples: Number(row['reltuples']),
    relpages: Number(row['relpages']),
    details: columns,
    identity: columns.filter((c) => c.identity !== '').map((c) => c.name),
    constraints: json('constraints'),
    indexes: json('indexes'),
    referencedBy: json('referencedBy'),
    owner: json('owner'),
    persistence: row['persistence']!,
    grants: json('grants'),
    acl: row['acl']!,
    defaultGrants: json('defaultGrants'),
    givenByDefault: json('givenByDefault'),
    rowSecurity: json('rowSecurity'),
    policies: json('policies'),
    triggers: json('triggers'),
    keysDisabled: json('keysDisabled'),
    rules: json('rules'),
    dependents: json('dependents'),
    publications: json('publications'),
    subscribed: json('subscribed'),
    parents: json('parents'),
    partitionedBy: json('partitionedBy'),
    children: json('children'),
    statistics: json('statistics'),
    sequences: json('sequences'),
    options: json('options'),
    replicaIdentity: row['replicaIdentity']!,
    tablespace: row['tablespace']!,
    newTablespace: row['newTablespace']!,
    accessMethod: row['accessMethod']!,
    ofType: row['ofType']!,
    securityLabels: json('securityLabels'),
    extension: row['extension']!,
  };
}

export const toSchema = (facts: TableFacts): Schema => ({
  columns: facts.columns,
  ...(facts.primaryKey.length === 0 ? {} : { primaryKey: facts.primaryKey }),
});
