import type { PostgresMajor } from '@dpone/test-services';

const LONG = 'n'.repeat(63);

/** Schema and name of {@link fullTable}: both need quotes, and the name is as long as a name can be. */
export const FULL_TABLE = { schema: 'Mixed "Schema"', name: `T${LONG.slice(1)}` };

/**
 * A table with one of everything that a table can have and a swap keeps, its neighbours, and a few rows. The roles named
 * and the tablespace must be there.
 */
export function fullTable(major: PostgresMajor, roles: { owner: string; reader: string }): string {
  const table = `"Mixed ""Schema"""."${FULL_TABLE.name}"`;
  const since = (version: number, sql: string): string => (major >= version ? sql : '');
  return `
    create schema "Mixed ""Schema""";
    set search_path = "Mixed ""Schema""", public;
    grant all on schema "Mixed ""Schema""" to "${roles.owner}";
    create domain email as varchar(80) check (value like '%@%');
    create domain "E 2" as email not null;
    create type mood as enum ('ok', 'sad');
    create table parent (id int primary key);
    insert into parent values (1), (2);
    alter default privileges in schema "Mixed ""Schema""" grant insert on tables to "${roles.reader}";
    create table ${table} (
      gone int,
      "select" serial,
      "Order" bigint constraint "Must" not null default 7 constraint "Check ""1" check ("Order" > 0),
      address "E 2" default 'a@b',
      m mood default 'ok',
      amount numeric(10,2) default 1.5,
      t text collate "C",
      spans int4range,
      during tsrange,
      parent int constraint "Parent" references parent on delete set null deferrable initially deferred,
      self int,
      at timestamptz(3) default now(),
      back varchar default E'a\\\\b''c',
      "${LONG}" int[] not null,
      constraint "Pk ""q" primary key ("select") include (amount) with (fillfactor = 70),
      constraint "Later" unique ("Order", t) deferrable initially deferred,
      constraint "Apart" exclude using gist (spans with &&) where (spans is not null),
      constraint "No heirs" check (amount < 1000000) no inherit
    ) with (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false);
    alter table ${table} drop column gone;
    alter table ${table} add constraint "Self" foreign key (self) references ${table};
    alter table ${table} alter t set storage external, alter t set statistics 500,
      alter "Order" set (n_distinct = 5, n_distinct_inherited = -0.5);
    create index "by lower" on ${table} (lower(t) desc nulls last, m) where amount > 5;
    alter index "by lower" alter column 1 set statistics 400;
    create unique index "${LONG.replace('n', 'i')}" on ${table} ("Order" desc, "${LONG}");
    create index "in space" on ${table} using brin (at) with (pages_per_range = 64);
    create index hashed on ${table} using hash (m);
    alter table ${table} cluster on "${LONG.replace('n', 'i')}";
    alter table ${table} replica identity using index "${LONG.replace('n', 'i')}";
    create statistics "Stats" (dependencies, mcv) on amount, t, m from ${table};
    alter statistics "Stats" set statistics 300;
    create table child (id int, "Of" int constraint "Child" references ${table} on update cascade);
    create table parts (id int, "of" int constraint "Part" references ${table}) partition by range (id);
    create table parts_1 partition of parts for values from (0) to (10);
    comment on table ${table} is E'back\\\\slash and ''quote''';
    comment on column ${table}."${LONG}" is 'of a column';
    comment on constraint "Check ""1" on ${table} is 'of a check';
    comment on constraint "Pk ""q" on ${table} is 'of a key';
    comment on constraint "Child" on child is 'of a reference';
    comment on index "in space" is 'of an index';
    comment on statistics "Stats" is 'of statistics';
    revoke trigger on ${table} from current_user;
    grant select on ${table} to public;
    grant select, update on ${table} to "${roles.reader}" with grant option;
    grant insert ("Order", t), references (t) on ${table} to "${roles.reader}";
    ${since(14, `alter table ${table} alter t set compression pglz;`)}
    ${since(15, `alter table ${table} add constraint "Nulls" unique nulls not distinct (at, "select");`)}
    ${since(
      18,
      `alter table ${table} add constraint "Temporal" unique (spans, during without overlaps),
        add constraint "Unenforced" check (amount > 5) not enforced;
       comment on constraint "Must" on ${table} is 'of a not null';`,
    )}
    alter table ${table} owner to "${roles.owner}";
    alter statistics "Stats" owner to "${roles.owner}";
    set constraints all immediate;
    insert into ${table} ("Order", t, spans, parent, "${LONG}") values (1, 'x', '[1,2)', 1, '{1}'), (2, 'y', '[2,3)', 2, '{2}');
    insert into child values (1, 1);
    insert into parts values (1, 2);`;
}
