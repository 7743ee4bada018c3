import { quoteIdent } from '@dpone/sdk';
import type { Doing } from './errors.js';
import { isServerError } from './errors.js';
import type { Session } from './session.js';
import type { TableFacts } from './target.js';

/** The target's NOT NULL columns, with the names of their constraints where they have some (Postgres 18). */
export type Required = ReadonlyMap<string, string | undefined>;

export function requiredColumns(facts: TableFacts | null): Required {
  const names = new Map((facts?.constraints ?? []).flatMap((c) => (c.type === 'n' ? [[c.columns[0], c.name]] : [])));
  return new Map((facts?.columns ?? []).flatMap((c) => (c.nullable ? [] : [[c.name, names.get(c.name)]])));
}

const NULL_THERE = '23502';

/**
 * Whether the columns have no NULL, said by the constraints that the target has: where they can be put on staging, its
 * rows are read once, and not again when it takes the target's place.
 */
export async function provenNotNull(
  session: Session,
  staging: string,
  columns: readonly string[],
  required: Required,
  doing: Doing,
): Promise<boolean> {
  const actions = columns.map((column) => {
    const name = required.get(column);
    return name === undefined
      ? `ALTER COLUMN ${quoteIdent(column)} SET NOT NULL`
      : `ADD CONSTRAINT ${quoteIdent(name)} NOT NULL ${quoteIdent(column)}`;
  });
  try {
    await session.run(`ALTER TABLE ${staging} ${actions.join(', ')}`, doing);
    return true;
  } catch (error) {
    const { cause } = error as Error;
    if (isServerError(cause) && cause.code === NULL_THERE) return false;
    throw error;
  }
}
