import { quoteIdent, type LoadProgram } from '@dpone/sdk';
import type { StagingNames } from './names.js';
import { textLiteral } from './sql.js';
import { optionList } from './swap-columns.js';
import type { ConstraintFacts, IndexFacts, TableFacts } from './table-facts.js';

/** Names of indexes are unique in a schema: until the target is gone, staging's have names of their own. */
export const temporaryName = (names: StagingNames, position: number): string => `${names.rowsName}_${position}`;

/**
 * A constraint that was added NOT VALID says nothing of the rows of before; a swap has new rows only, each of which
 * it must let pass. So it is added as one that holds for all.
 */
const holding = ({ definition, validated }: ConstraintFacts): string =>
  validated ? definition : definition.replace(/ NOT VALID$/, '');

const add = (table: string, constraint: ConstraintFacts): string => `ALTER TABLE ${table} ${addition(constraint)}`;
const addition = (constraint: ConstraintFacts): string =>
  `ADD CONSTRAINT ${quoteIdent(constraint.name)} ${holding(constraint)}`;

const loosened = (program: LoadProgram): ReadonlySet<string> =>
  new Set(program.changes.flatMap((c) => (c.kind === 'drop_not_null' ? [c.column] : [])));

/** All but the NOT NULLs that the load drops; since Postgres 18 a NOT NULL is a constraint with a name. */
export function keptConstraints(program: LoadProgram, facts: TableFacts): ConstraintFacts[] {
  const free = loosened(program);
  return facts.constraints.filter((c) => c.type !== 'n' || !c.columns.some((column) => free.has(column)));
}

/** NOT NULL and CHECK, which one reading of staging proves. */
export function rowConstraints(program: LoadProgram, names: StagingNames, facts: TableFacts): string[] {
  const named = new Set(facts.constraints.flatMap((c) => (c.type === 'n' ? c.columns : [])));
  const free = loosened(program);
  const unnamed = facts.details.filter((c) => c.notNull && !named.has(c.name) && !free.has(c.name));
  const actions = [
    ...unnamed.map((c) => `ALTER COLUMN ${quoteIdent(c.name)} SET NOT NULL`),
    ...keptConstraints(program, facts)
      .filter((c) => c.type === 'n' || c.type === 'c')
      .map(addition),
  ];
  return actions.length === 0 ? [] : [`ALTER TABLE ${names.rows} ${actions.join(', ')}`];
}

/** The target's indexes on staging, with the keys that belong to them, under temporary names. */
export function indexStatements(names: StagingNames, facts: TableFacts): string[] {
  let tablespace = facts.newTablespace;
  const statements: string[] = [];
  const within = (wanted: string): void => {
    if (wanted !== tablespace) statements.push(`SET LOCAL default_tablespace = ${textLiteral(wanted)}`);
    tablespace = wanted;
  };
  facts.indexes.forEach((index, at) => {
    within(index.tablespace ?? '');
    statements.push(...oneIndex(index, temporaryName(names, at), names, facts));
  });
  within(facts.newTablespace);
  return statements;
}

function oneIndex(index: IndexFacts, temporary: string, names: StagingNames, facts: TableFacts): string[] {
  const name = quoteIdent(temporary);
  const full = `${quoteIdent(names.schema)}.${name}`;
  const constraint = facts.constraints.find((c) => c.name === index.constraint && 'pux'.includes(c.type));
  const statements: string[] = [];
  if (constraint?.ownIndex === true) {
    statements.push(`ALTER TABLE ${names.rows} ADD CONSTRAINT ${name} ${constraint.definition}`);
    if (index.options.length > 0) statements.push(`ALTER INDEX ${full} SET (${optionList(index.options)})`);
  } else
    statements.push(`CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${names.rows} USING ${index.definition}`);
  for (const { position, target } of index.statistics)
    statements.push(`ALTER INDEX ${full} ALTER COLUMN ${position} SET STATISTICS ${target}`);
  if (constraint?.ownIndex === false) {
    const kind = constraint.type === 'p' ? 'PRIMARY KEY' : 'UNIQUE';
    statements.push(`ALTER TABLE ${names.rows} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}${constraint.timing}`);
  }
  if (index.clustered) statements.push(`ALTER TABLE ${names.rows} CLUSTER ON ${name}`);
  if (index.replicaIdentity) statements.push(`ALTER TABLE ${names.rows} REPLICA IDENTITY USING INDEX ${name}`);
  return statements;
}

/** Foreign keys to other tables. */
export const foreignKeysOut = (names: StagingNames, facts: TableFacts): string[] =>
  facts.constraints.filter((c) => c.type === 'f' && !c.toItself).map((c) => add(names.rows, c));

/** Foreign keys to the table itself, once it has its name. */
export const foreignKeysToItself = (table: string, facts: TableFacts): string[] =>
  facts.constraints.filter((c) => c.type === 'f' && c.toItself).map((c) => add(table, c));

export const dropReferences = (facts: TableFacts): string[] =>
  facts.referencedBy.map((r) => `ALTER TABLE ${r.table} DROP CONSTRAINT ${quoteIdent(r.name)}`);

/** Foreign keys of other tables, held against the new rows; one that was never validated still is not. */
export const addReferences = (facts: TableFacts): string[] =>
  facts.referencedBy.flatMap((r) => [
    `ALTER TABLE ${r.table} ADD CONSTRAINT ${quoteIdent(r.name)} ${r.definition}`,
    ...(r.comment === null
      ? []
      : [`COMMENT ON CONSTRAINT ${quoteIdent(r.name)} ON ${r.table} IS ${textLiteral(r.comment)}`]),
  ]);
