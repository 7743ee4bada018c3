import type { TableRef } from '@dpone/sdk';
import { BASE_TYPE, COLUMN_FIELDS, columnNames, named, PRIMARY_KEY, RELATIONS } from './catalog-columns.js';
import { DEPENDENTS } from './dependents-sql.js';

/**
 * Everything about one table as one row of one query; each field is a number, a text or jsonb. `to_jsonb(row) ->> 'x'`
 * asks for what only some versions of the server have (13 to 18 are served by the same text). Catalogs:
 * https://www.postgresql.org/docs/current/catalogs.html
 */
export function factsSql(table: TableRef): string {
  const fields = Object.entries(FIELDS).map(([name, sql]) => `${sql} AS "${name}"`);
  return `SELECT ${fields.join(',\n')} FROM ${RELATIONS} WHERE ${named(table)}`;
}

/** All of a subquery's values as a jsonb array. */
const list = (value: string, order: string, from: string): string =>
  `(SELECT coalesce(jsonb_agg(${value} ORDER BY ${order}), '[]') FROM ${from})`;

const object = (fields: Readonly<Record<string, string>>): string =>
  `jsonb_build_object(${Object.entries(fields)
    .map(([name, sql]) => `'${name}', ${sql}`)
    .join(', ')})`;

const qualified = (schema: string, name: string): string => `quote_ident(${schema}) || '.' || quote_ident(${name})`;

/** A relation's name, quoted and with its schema (`search_path` is `pg_catalog`). */
const relationName = (oid: string): string => `${oid}::regclass::text`;

const comment = (oid: string, catalog: string): string => `obj_description(${oid}, '${catalog}')`;

const IS_SUPERUSER = '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)';

const COLUMN = `jsonb_build_object(${COLUMN_FIELDS}, 'declared', format_type(a.atttypid, a.atttypmod),
  'collation', (SELECT ${qualified('cs.nspname', 'co.collname')} FROM pg_collation AS co JOIN pg_namespace AS cs
    ON cs.oid = co.collnamespace WHERE co.oid = a.attcollation AND co.oid <> t.typcollation),
  'default', CASE WHEN a.attgenerated = '' THEN
    (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END,
  'identity', a.attidentity,
  'storage', CASE WHEN a.attstorage <> t.typstorage THEN
    CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END,
  'compression', CASE to_jsonb(a) ->> 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
  'statistics', nullif(a.attstattarget, -1), 'options', to_jsonb(coalesce(a.attoptions, '{}')))`;

const CONSTRAINT = object({
  name: 'k.conname',
  type: 'k.contype',
  columns: columnNames('k.conrelid', 'k.conkey'),
  definition: 'pg_get_constraintdef(k.oid)',
  validated: 'k.convalidated',
  comment: comment('k.oid', 'pg_constraint'),
  timing:
    "CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END",
  ownIndex: "k.contype = 'x' OR coalesce(to_jsonb(k) ->> 'conperiod', 'false') = 'true'",
  toItself: 'k.confrelid = k.conrelid',
});

/** `CREATE UNIQUE INDEX i ON public.t USING ` is what stands before an index's own definition. */
const INDEX_HEAD = `'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(i.relname) ||
  ' ON ' || ${qualified('s.nspname', 'c.relname')} || ' USING '`;

const INDEX = object({
  name: 'i.relname',
  definition: `CASE WHEN starts_with(pg_get_indexdef(i.oid), ${INDEX_HEAD}) THEN substr(pg_get_indexdef(i.oid), length(${INDEX_HEAD}) + 1) END`,
  unique: 'x.indisunique',
  constraint:
    "(SELECT k.conname FROM pg_constraint AS k WHERE k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))",
  valid: 'x.indisvalid AND x.indisready',
  clustered: 'x.indisclustered',
  replicaIdentity: 'x.indisreplident',
  keyColumns: columnNames('c.oid', '(x.indkey::int2[])[0:x.indnkeyatts - 1]'),
  infersConflict: 'x.indisunique AND x.indisvalid AND x.indimmediate AND x.indexprs IS NULL AND x.indpred IS NULL',
  options: "to_jsonb(coalesce(i.reloptions, '{}'))",
  tablespace: '(SELECT ts.spcname FROM pg_tablespace AS ts WHERE ts.oid = i.reltablespace)',
  statistics: list(
    object({ position: 'ia.attnum', target: 'ia.attstattarget' }),
    'ia.attnum',
    'pg_attribute AS ia WHERE ia.attrelid = i.oid AND ia.attstattarget >= 0',
  ),
  comment: comment('i.oid', 'pg_class'),
});

const REFERENCE = object({
  table: relationName('k.conrelid'),
  name: 'k.conname',
  definition: 'pg_get_constraintdef(k.oid)',
  comment: comment('k.oid', 'pg_constraint'),
  ours: "pg_has_role(o.relowner, 'USAGE')",
});

/** Privileges that one role has on the table or on one of its columns, by whether it may pass them on; in the catalog's order. */
const GRANTS = list(
  object({
    column: 'g.attname',
    grantee: 'g.grantee',
    privileges: 'g.privileges',
    grantable: 'g.is_grantable',
    grantor: 'g.grantor',
  }),
  'g.attnum, g.position',
  `(SELECT l.attnum, l.attname, CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END AS grantee,
      jsonb_agg(e.privilege_type ORDER BY e.privilege_type) AS privileges, e.is_grantable,
      CASE WHEN e.grantor <> c.relowner THEN pg_get_userbyid(e.grantor) END AS grantor, min(e.position) AS position
    FROM (SELECT 0 AS attnum, NULL::name AS attname, c.relacl AS acl
      UNION ALL SELECT a.attnum, a.attname, a.attacl FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS l
    CROSS JOIN LATERAL aclexplode(l.acl) WITH ORDINALITY AS e(grantor, grantee, privilege_type, is_grantable, position)
    GROUP BY l.attnum, l.attname, e.grantee, e.is_grantable, e.grantor) AS g`,
);

/** Given `pg_class AS c`; the same before and after a load only if nobody granted or revoked anything. */
export const ACL = `concat(c.relacl::text, (SELECT string_agg(a.attnum || a.attacl::text, ' ' ORDER BY a.attnum)
  FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))`;

const STATISTICS = object({
  name: qualified('xs.nspname', 'e.stxname'),
  definition: 'pg_get_statisticsobjdef(e.oid)',
  target: 'nullif(e.stxstattarget, -1)',
  comment: comment('e.oid', 'pg_statistic_ext'),
  ownedByTableOwner: 'e.stxowner = c.relowner',
});

/** ALTER ... OWNER needs the right to become the owner: membership, since Postgres 16 membership WITH SET. */
const SET_ROLE = "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END";

const OWNER = object({
  name: 'quote_ident(pg_get_userbyid(c.relowner))',
  user: 'current_user',
  isUser: 'pg_get_userbyid(c.relowner) = current_user',
  ours: `pg_has_role(c.relowner, 'USAGE') AND pg_has_role(c.relowner, ${SET_ROLE})`,
  mayCreate: `${IS_SUPERUSER} OR has_schema_privilege(c.relowner, s.oid, 'CREATE')`,
});

const LABELS = `EXISTS (SELECT FROM pg_seclabel AS l WHERE l.classoid = 'pg_class'::regclass AND l.objoid = c.oid)`;

const EXTENSION = `(SELECT e.extname FROM pg_extension AS e WHERE c.oid = ANY (e.extconfig) OR EXISTS (
  SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
    AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid) LIMIT 1)`;

const FIELDS: Readonly<Record<string, string>> = {
  oid: 'c.oid',
  kind: 'c.relkind',
  primaryKey: PRIMARY_KEY,
  comment: comment('c.oid', 'pg_class'),
  reltuples: 'c.reltuples::float8',
  relpages: 'c.relpages',
  columns: list(
    COLUMN,
    'a.attnum',
    `pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid CROSS JOIN LATERAL ${BASE_TYPE} AS b
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`,
  ),
  constraints: list(
    CONSTRAINT,
    'k.contype, k.conname',
    `pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'c', 'f', 'n') AND k.conparentid = 0`,
  ),
  indexes: list(
    INDEX,
    'i.relname',
    'pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid',
  ),
  referencedBy: list(
    REFERENCE,
    'k.conrelid::regclass::text, k.conname',
    `pg_constraint AS k JOIN pg_class AS o ON o.oid = k.conrelid
      WHERE k.confrelid = c.oid AND k.conrelid <> c.oid AND k.contype = 'f' AND k.conparentid = 0`,
  ),
  owner: OWNER,
  persistence: 'c.relpersistence',
  grants: GRANTS,
  acl: ACL,
  defaultGrants: 'to_jsonb(c.relacl IS NULL)',
  givenByDefault: list(
    'DISTINCT g.grantee',
    'g.grantee',
    `(SELECT CASE WHEN e.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END AS grantee
      FROM pg_default_acl AS d CROSS JOIN LATERAL aclexplode(d.defaclacl) AS e
      WHERE d.defaclobjtype = 'r' AND pg_get_userbyid(d.defaclrole) = current_user) AS g`,
  ),
  rowSecurity: 'to_jsonb(c.relrowsecurity OR c.relforcerowsecurity)',
  policies: list('p.polname', 'p.polname', 'pg_policy AS p WHERE p.polrelid = c.oid'),
  triggers: list(
    'g.tgname',
    'g.tgname',
    'pg_trigger AS g WHERE c.oid IN (g.tgrelid, g.tgconstrrelid) AND NOT g.tgisinternal',
  ),
  keysDisabled: `to_jsonb(EXISTS (SELECT FROM pg_trigger AS g WHERE c.oid IN (g.tgrelid, g.tgconstrrelid)
    AND g.tgisinternal AND g.tgenabled <> 'O'))`,
  rules: list('r.rulename', 'r.rulename', "pg_rewrite AS r WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN'"),
  dependents: DEPENDENTS,
  publications: list(
    'p.pubname',
    'p.pubname',
    'pg_publication_tables AS p WHERE p.schemaname = s.nspname AND p.tablename = c.relname',
  ),
  subscribed: 'to_jsonb(EXISTS (SELECT FROM pg_subscription_rel AS r WHERE r.srrelid = c.oid))',
  parents: list(relationName('h.inhparent'), 'h.inhseqno', 'pg_inherits AS h WHERE h.inhrelid = c.oid'),
  partitionedBy: `to_jsonb(ARRAY(SELECT a.attname FROM pg_partitioned_table AS p
    CROSS JOIN LATERAL unnest(p.partattrs::int2[]) WITH ORDINALITY AS k (attnum, place)
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE p.partrelid = c.oid AND p.partstrat IN ('l', 'r') ORDER BY k.place))`,
  children: list(
    relationName('h.inhrelid'),
    'h.inhrelid::regclass::text',
    'pg_inherits AS h WHERE h.inhparent = c.oid',
  ),
  statistics: list(
    STATISTICS,
    'xs.nspname, e.stxname',
    'pg_statistic_ext AS e JOIN pg_namespace AS xs ON xs.oid = e.stxnamespace WHERE e.stxrelid = c.oid',
  ),
  sequences: list(
    object({ name: relationName('q.oid'), column: 'a.attname' }),
    'a.attnum',
    `pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid AND q.relkind = 'S'
      JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype = 'a'`,
  ),
  options: `to_jsonb(coalesce(c.reloptions, '{}') || ARRAY(SELECT 'toast.' || option FROM pg_class AS o
    CROSS JOIN LATERAL unnest(o.reloptions) AS option WHERE o.oid = c.reltoastrelid))`,
  replicaIdentity: 'c.relreplident',
  tablespace: "coalesce((SELECT ts.spcname FROM pg_tablespace AS ts WHERE ts.oid = c.reltablespace)::text, '')",
  newTablespace: "current_setting('default_tablespace')",
  accessMethod: `(SELECT m.amname FROM pg_am AS m WHERE m.oid = c.relam AND m.amname <> current_setting('default_table_access_method'))`,
  ofType: 'CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END',
  securityLabels: `to_jsonb(${LABELS})`,
  extension: EXTENSION,
};
