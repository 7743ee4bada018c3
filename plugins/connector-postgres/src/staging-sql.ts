import { quoteIdent, type LoadRef, type StagingSpec } from '@dpone/sdk';
import { createSchema } from './meta-sql.js';
import type { StagingNames } from './names.js';
import { tableLabel, textLiteral } from './sql.js';

/** Makes the staging tables of a load; the comment says whose they are, for a run that finds them after a crash. */
export function createStaging(
  names: StagingNames,
  load: LoadRef,
  columns: StagingSpec['columns'],
  typeOf: (column: StagingSpec['columns'][number]) => string,
): string[] {
  // What is NOT NULL from the start need not be looked for when staging takes the target's place.
  const definitions = columns.map((c) => `${quoteIdent(c.name)} ${typeOf(c)}${c.nullable ? '' : ' NOT NULL'}`);
  const comment = JSON.stringify({ load_id: load.loadId, target: tableLabel(load.target), process: load.process });
  return [
    createSchema(names.schema),
    ...dropStaging(names),
    `CREATE TABLE ${names.rows} (${definitions.join(', ')})`,
    `COMMENT ON TABLE ${names.rows} IS ${textLiteral(comment)}`,
    `CREATE TABLE ${names.rejects} ("partition" integer, "position" integer, "reason" text NOT NULL, "row" text NOT NULL, "diagnostics" text NOT NULL)`,
    // Also this one says whose it is: after a swap it is all that is left of a load.
    `COMMENT ON TABLE ${names.rejects} IS ${textLiteral(comment)}`,
  ];
}

export const dropStaging = (names: StagingNames): string[] => [
  `DROP TABLE IF EXISTS ${names.rows}`,
  `DROP TABLE IF EXISTS ${names.rejects}`,
];
