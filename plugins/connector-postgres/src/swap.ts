import { quoteIdent, type LoadProgram, type TableRef } from '@dpone/sdk';
import type { StagingNames } from './names.js';
import { DEFAULT_SCHEMA, tableName, textLiteral } from './sql.js';
import { shapeStatements } from './swap-columns.js';
import {
  addReferences,
  dropReferences,
  foreignKeysOut,
  foreignKeysToItself,
  indexStatements,
  keptConstraints,
  rowConstraints,
  temporaryName,
} from './swap-constraints.js';
import { assertSameRights, grantStatements, ownerStatements } from './swap-rights.js';
import type { TableFacts } from './table-facts.js';

export { shapeStatements, stagingColumnsInTargetOrder } from './swap-columns.js';
export { swapRefused } from './swap-refused.js';

/**
 * To be run before the facts are read in the transaction of a swap: reads and writes go on, changes of the table wait
 * (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES).
 */
export const holdDefinition = (target: TableRef): string =>
  `LOCK TABLE ${tableName(target)} IN SHARE UPDATE EXCLUSIVE MODE`;

/** From here on nobody else reads the target. */
export const takeAway = (target: TableRef): string => `LOCK TABLE ${tableName(target)} IN ACCESS EXCLUSIVE MODE`;

/**
 * Puts staging, with all of the program's columns, in the target's place, in one transaction. What reads rows (keys,
 * checks, indexes, foreign keys) is done before the target is locked, except for foreign keys that refer to it.
 */
export function swapStatements(program: LoadProgram, names: StagingNames, facts: TableFacts): string[] {
  const { target } = program.load;
  const table = tableName(target);
  return [
    ...shapeStatements(program, names, facts),
    ...rowConstraints(program, names, facts),
    ...indexStatements(names, facts),
    ...replicaIdentity(names, facts),
    ...foreignKeysOut(names, facts),
    takeAway(target),
    assertSameRights(table, facts),
    ...facts.sequences.map((sequence) => `ALTER SEQUENCE ${sequence.name} OWNED BY NONE`),
    ...dropReferences(facts),
    `DROP TABLE ${table}`,
    ...takeName(names, target),
    ...renameIndexes(names, target, facts),
    ...foreignKeysToItself(table, facts),
    ...addReferences(facts),
    ...ownerStatements(table, facts),
    ...facts.sequences.map((s) => `ALTER SEQUENCE ${s.name} OWNED BY ${table}.${quoteIdent(s.column)}`),
    ...statisticsStatements(facts),
    ...grantStatements(table, facts),
    ...commentStatements(program, facts),
  ];
}

/** Makes staging the target, where there is none yet. */
export function newTableStatements(program: LoadProgram, names: StagingNames): string[] {
  const { target } = program.load;
  const table = tableName(target);
  const created = program.changes.flatMap((c) => (c.kind === 'create_table' ? c.schema.columns : []));
  // After the rename: since Postgres 18 a NOT NULL is named after its table.
  const required = created.filter((c) => !c.nullable).map((c) => `ALTER COLUMN ${quoteIdent(c.name)} SET NOT NULL`);
  return [
    ...takeName(names, target),
    ...(required.length === 0 ? [] : [`ALTER TABLE ${table} ${required.join(', ')}`]),
    `COMMENT ON TABLE ${table} IS NULL`,
  ];
}

function takeName(names: StagingNames, target: TableRef): string[] {
  const schema = target.schema ?? DEFAULT_SCHEMA;
  const moved = tableName({ schema, name: names.rowsName });
  return [
    ...(names.schema === schema ? [] : [`ALTER TABLE ${names.rows} SET SCHEMA ${quoteIdent(schema)}`]),
    `ALTER TABLE ${moved} RENAME TO ${quoteIdent(target.name)}`,
  ];
}

/** The constraint of an index takes its name along. */
const renameIndexes = (names: StagingNames, target: TableRef, facts: TableFacts): string[] =>
  facts.indexes.map((index, at) => {
    const temporary = tableName({ ...target, name: temporaryName(names, at) });
    return `ALTER INDEX ${temporary} RENAME TO ${quoteIdent(index.name)}`;
  });

function replicaIdentity(names: StagingNames, facts: TableFacts): string[] {
  if (facts.replicaIdentity === 'f') return [`ALTER TABLE ${names.rows} REPLICA IDENTITY FULL`];
  return facts.replicaIdentity === 'n' ? [`ALTER TABLE ${names.rows} REPLICA IDENTITY NOTHING`] : [];
}

const statisticsStatements = (facts: TableFacts): string[] =>
  facts.statistics.flatMap((s) => [
    s.definition,
    ...(s.target === null ? [] : [`ALTER STATISTICS ${s.name} SET STATISTICS ${s.target}`]),
    ...(facts.owner.isUser ? [] : [`ALTER STATISTICS ${s.name} OWNER TO ${facts.owner.name}`]),
    ...(s.comment === null ? [] : [`COMMENT ON STATISTICS ${s.name} IS ${textLiteral(s.comment)}`]),
  ]);

/** The table's comment replaces the one that said whose staging it was. */
function commentStatements(program: LoadProgram, facts: TableFacts): string[] {
  const { target } = program.load;
  const table = tableName(target);
  const commented = <T extends { readonly comment: string | null }>(
    list: readonly T[],
    object: (item: T) => string,
  ): string[] =>
    list.flatMap((item) =>
      item.comment === null ? [] : [`COMMENT ON ${object(item)} IS ${textLiteral(item.comment)}`],
    );
  return [
    `COMMENT ON TABLE ${table} IS ${facts.comment === null ? 'NULL' : textLiteral(facts.comment)}`,
    ...commented(facts.details, (c) => `COLUMN ${table}.${quoteIdent(c.name)}`),
    ...commented(keptConstraints(program, facts), (c) => `CONSTRAINT ${quoteIdent(c.name)} ON ${table}`),
    ...commented(facts.indexes, (i) => `INDEX ${tableName({ ...target, name: i.name })}`),
  ];
}
