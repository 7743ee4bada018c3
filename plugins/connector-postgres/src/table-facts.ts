import type { Column } from '@dpone/sdk';
import type { RelationKind } from './catalog-columns.js';

/** What a column has beyond its name and type. */
export interface ColumnFacts {
  readonly name: string;
  /** Its type as it was declared: a domain by its name. */
  readonly declared: string;
  /** Quoted; null where it is the type's own. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** Expression of its default. */
  readonly default: string | null;
  /** `a`: always, `d`: by default, empty: no identity column. */
  readonly identity: string;
  /** `PLAIN`, `EXTERNAL`, ...; null where it is the type's own. */
  readonly storage: string | null;
  /** `pglz`, `lz4`; null where it is the server's default. */
  readonly compression: string | null;
  /** Target of its statistics; null where it is the server's default. */
  readonly statistics: number | null;
  /** `n_distinct=5`. */
  readonly options: readonly string[];
  readonly comment: string | null;
}

export interface ConstraintFacts {
  readonly name: string;
  /** As `pg_constraint.contype`: primary key, unique, exclusion, check, foreign key, not null (since Postgres 18). */
  readonly type: 'p' | 'u' | 'x' | 'c' | 'f' | 'n';
  readonly columns: readonly string[];
  /** As `ADD CONSTRAINT name` takes it. */
  readonly definition: string;
  readonly validated: boolean;
  readonly comment: string | null;
  /** ` DEFERRABLE INITIALLY DEFERRED`; empty where it is checked at once. */
  readonly timing: string;
  /** Without overlaps, or an exclusion: it cannot take over an index that is there. */
  readonly ownIndex: boolean;
  /** A foreign key to the table itself. */
  readonly toItself: boolean;
}

export interface IndexFacts {
  readonly name: string;
  /** Its definition from the method on: `btree (id) WITH (fillfactor='70') WHERE ...`; null where it cannot be cut out. */
  readonly definition: string | null;
  readonly unique: boolean;
  /** The constraint that it belongs to. */
  readonly constraint: string | null;
  readonly valid: boolean;
  readonly clustered: boolean;
  readonly replicaIdentity: boolean;
  /** Plain columns of its key; expressions are not among them. */
  readonly keyColumns: readonly string[];
  /** Whether `ON CONFLICT (key columns)` can use it: unique, of the whole table, checked at once, without expressions. */
  readonly infersConflict: boolean;
  /** `fillfactor=70`. */
  readonly options: readonly string[];
  /** Null where it is the database's. */
  readonly tablespace: string | null;
  /** Columns of an index on expressions with a statistics target of their own, by position. */
  readonly statistics: readonly { readonly position: number; readonly target: number }[];
  readonly comment: string | null;
}

/** A foreign key of another table to this one. */
export interface ReferenceFacts {
  /** The other table, quoted. */
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  readonly comment: string | null;
  /** Whether we may drop and add it: as owner of the other table, or a member of the owner. */
  readonly ours: boolean;
}

export interface GrantFacts {
  /** Null for the whole table. */
  readonly column: string | null;
  /** Quoted, or `PUBLIC`. */
  readonly grantee: string;
  readonly privileges: readonly string[];
  readonly grantable: boolean;
  /** The one who granted it, where it is not the owner. */
  readonly grantor: string | null;
}

export interface StatisticsFacts {
  /** Quoted, with its schema. */
  readonly name: string;
  /** The whole `CREATE STATISTICS`. */
  readonly definition: string;
  readonly target: number | null;
  readonly comment: string | null;
  readonly ownedByTableOwner: boolean;
}

/** A sequence that is dropped with a column, such as that of a `serial`. Quoted. */
export interface SequenceFacts {
  readonly name: string;
  readonly column: string;
}

/** Whose the table is, and whether we can make a table that is theirs just the same. */
export interface OwnerFacts {
  /** Quoted. */
  readonly name: string;
  readonly user: string;
  readonly isUser: boolean;
  /** We have the owner's rights, and may give it a table. */
  readonly ours: boolean;
  /** The owner, or we as superuser, may have tables in this schema. */
  readonly mayCreate: boolean;
}

/** What the catalog says about a table, a view included. Names of objects are as `pg_identify_object` writes them. */
export interface TableFacts {
  readonly oid: number;
  readonly kind: RelationKind;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly comment: string | null;
  /** Estimates of the server; -1 rows where it has none. */
  readonly reltuples: number;
  readonly relpages: number;
  readonly details: readonly ColumnFacts[];
  /** Names of identity columns. */
  readonly identity: readonly string[];
  readonly constraints: readonly ConstraintFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly referencedBy: readonly ReferenceFacts[];
  readonly owner: OwnerFacts;
  /** `p`: logged, `u`: unlogged, `t`: temporary. */
  readonly persistence: string;
  readonly grants: readonly GrantFacts[];
  /** Privileges of the table and its columns as the catalog stores them, to see whether they have changed. */
  readonly acl: string;
  /** Null privileges: the owner has all of them and nobody else any. */
  readonly defaultGrants: boolean;
  /** Roles that tables of ours are opened to by `ALTER DEFAULT PRIVILEGES`. Quoted. */
  readonly givenByDefault: readonly string[];
  readonly rowSecurity: boolean;
  readonly policies: readonly string[];
  readonly triggers: readonly string[];
  /** Whether triggers that keep foreign keys are switched off. */
  readonly keysDisabled: boolean;
  readonly rules: readonly string[];
  /** Views, functions, columns and other objects that are defined by this table: `view public.v`. */
  readonly dependents: readonly string[];
  readonly publications: readonly string[];
  readonly subscribed: boolean;
  readonly parents: readonly string[];
  /** Columns of the key by whose values or ranges it is divided into partitions; null for an expression. */
  readonly partitionedBy: readonly (string | null)[];
  readonly children: readonly string[];
  readonly statistics: readonly StatisticsFacts[];
  readonly sequences: readonly SequenceFacts[];
  /** `fillfactor=70`, `toast.autovacuum_enabled=false`. */
  readonly options: readonly string[];
  /** `d`: by primary key, `f`: by all columns, `n`: none, `i`: by an index. */
  readonly replicaIdentity: string;
  /** Where it is kept and where new tables of ours go by default; empty: the database's own. */
  readonly tablespace: string;
  readonly newTablespace: string;
  /** The access method where it is not that of new tables. */
  readonly accessMethod: string | null;
  /** The type of a typed table. */
  readonly ofType: string | null;
  readonly securityLabels: boolean;
  /** The extension that it belongs to. */
  readonly extension: string | null;
}
