import type { FreshDatabase } from '@dpone/test-services';

/** Privileges as text, those that the owner has by default included. */
const rights = (acl: string): string =>
  `(select string_agg(concat(e.grantee::regrole, '=', e.privilege_type, case when e.is_grantable then '*' end, '/', e.grantor::regrole), ' '
    order by e.grantee::regrole::text, e.privilege_type) from aclexplode(${acl}) as e)`;

const user = "not in ('pg_catalog', 'information_schema', 'pg_toast')";

const parts = [
  `select concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence, c.reloptions, t.reloptions,
      (select spcname from pg_tablespace where oid = c.reltablespace), (select amname from pg_am where oid = c.relam),
      c.relreplident, c.relrowsecurity, ${rights(`coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))`)})
    from pg_class c left join pg_class t on t.oid = c.reltoastrelid where c.relnamespace::regnamespace::text ${user}`,
  `select concat_ws(' ', 'column', c.oid::regclass, row_number() over (partition by c.oid order by a.attnum), a.attname,
      format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation, a.attstorage,
      to_jsonb(a) -> 'attcompression', coalesce(a.attstattarget, -1), a.attoptions, ${rights('a.attacl')},
      (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = c.oid and adnum = a.attnum))
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace::regnamespace::text ${user}`,
  `select concat_ws(' ', 'constraint', conrelid::regclass, conname, contype, pg_get_constraintdef(oid), convalidated, condeferrable,
      condeferred, connoinherit, nullif(conindid, 0)::regclass) from pg_constraint where connamespace::regnamespace::text ${user} and conrelid <> 0`,
  `select concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid, indisclustered, indisreplident, indimmediate, indisprimary)
    from pg_index x join pg_class c on c.oid = x.indrelid where c.relnamespace::regnamespace::text ${user}`,
  `select concat_ws(' ', 'statistics', pg_get_statisticsobjdef(oid), stxowner::regrole, coalesce(stxstattarget, -1)) from pg_statistic_ext`,
  `select concat_ws(' ', 'comment', i.type, i.identity, d.description) from pg_description d
    cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i where d.objoid >= 16384`,
  `select concat_ws(' ', 'owned', d.objid::regclass, d.deptype, d.refobjid::regclass, d.refobjsubid > 0) from pg_depend d
    join pg_class c on c.oid = d.objid and c.relkind = 'S' where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass`,
  `select concat_ws(' ', 'type', t.oid::regtype, t.typtype) from pg_type t where t.typnamespace::regnamespace::text ${user}`,
  `select concat_ws(' ', 'trigger', tgrelid::regclass, tgfoid::regproc, tgenabled, tgdeferrable) from pg_trigger`,
];

/** Everything that the catalog says of the tables of a database, but for numbers of objects, as sorted lines. */
export async function dumpCatalog(db: Pick<FreshDatabase, 'sql'>): Promise<string[]> {
  const rows = await db.sql<{ line: string }>(
    `set search_path = pg_catalog; select line from (${parts.join('\nunion all\n')}) as lines(line) order by line collate "C"`,
  );
  return rows.map((row) => row.line);
}
