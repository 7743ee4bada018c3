/**
 * What else is defined by a table, given `pg_class AS c`: a jsonb array of `view public.v`, `function public.f(public.t)`.
 * These objects refer to the table, its row type or the array type of that, and keep it from being dropped or would be
 * dropped with it. What belongs to the table itself, and foreign keys, are not among them.
 * https://www.postgresql.org/docs/current/catalog-pg-depend.html
 */
export const DEPENDENTS = `(
  SELECT coalesce(jsonb_agg(DISTINCT CASE WHEN v.oid IS NULL THEN i.type || ' ' || i.identity ELSE
      CASE v.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' ELSE 'a rule of ' END || v.oid::regclass::text END), '[]')
  FROM pg_depend AS d
  LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
  LEFT JOIN pg_class AS v ON v.oid = r.ev_class
  CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS i
  WHERE d.deptype IN ('n', 'a')
    AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (
      SELECT y.oid FROM pg_type AS y WHERE y.oid = c.reltype OR y.typelem = c.reltype AND c.reltype <> 0))
    AND NOT CASE d.classid
      WHEN 'pg_rewrite'::regclass THEN v.oid = c.oid
      WHEN 'pg_constraint'::regclass THEN EXISTS (SELECT FROM pg_constraint AS k
        WHERE k.oid = d.objid AND (k.conrelid = c.oid OR k.contype = 'f'))
      WHEN 'pg_attrdef'::regclass THEN EXISTS (SELECT FROM pg_attrdef AS k WHERE k.oid = d.objid AND k.adrelid = c.oid)
      WHEN 'pg_policy'::regclass THEN EXISTS (SELECT FROM pg_policy AS k WHERE k.oid = d.objid AND k.polrelid = c.oid)
      WHEN 'pg_trigger'::regclass THEN true
      WHEN 'pg_publication_rel'::regclass THEN true
      WHEN 'pg_statistic_ext'::regclass THEN EXISTS (SELECT FROM pg_statistic_ext AS k WHERE k.oid = d.objid AND k.stxrelid = c.oid)
      WHEN 'pg_class'::regclass THEN d.objid = c.oid
        OR EXISTS (SELECT FROM pg_index AS k WHERE k.indexrelid = d.objid AND k.indrelid = c.oid)
        OR EXISTS (SELECT FROM pg_class AS k WHERE k.oid = d.objid AND k.relkind = 'S' AND d.deptype = 'a')
        OR EXISTS (SELECT FROM pg_inherits AS k WHERE k.inhrelid = d.objid AND k.inhparent = c.oid)
      ELSE false END
)`;
