import type { Column, Schema, SchemaChange } from '@dpone/sdk';
import type { ExpandContract } from '../evolution/expand-contract.js';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { Difference } from './difference.js';
import { refusalOf } from './evolution-policy.js';

interface ContractInput {
  readonly source: readonly Column[];
  readonly policy: ProcessSpec['schemaEvolution'];
  readonly ddl: readonly SchemaChange['kind'][];
  readonly plan?: ExpandContract | undefined;
}

/** What the contracting steps of a plan leave of a target. */
interface Contracted {
  readonly schema: Schema;
  /** Columns, in lower case, whose step waits: they stay, and are empty in new rows. */
  readonly held: readonly string[];
}

/**
 * Carries out the contracting steps of a plan: a column that the source no longer has is dropped, and one whose values
 * go to a generated column is dropped for that one, which takes over its name. A step whose columns are not there, or
 * that the source has again, is done or overtaken.
 */
export function contractedColumns(
  input: ContractInput,
  target: Schema,
  make: (change: SchemaChange) => boolean,
  take: (change: SchemaChange) => void,
  differences: Difference[],
): Contracted {
  const { plan, policy } = input;
  const held: string[] = [];
  let columns = target.columns;
  const find = (name: string): Column | undefined => columns.find((c) => c.name.toLowerCase() === name.toLowerCase());
  for (const { column: name, change } of plan?.contracts ?? []) {
    const column = find(name);
    const generated = find(policy.newColumnPrefix + name);
    const coming = input.source.some((c) => c.name.toLowerCase() === name.toLowerCase());
    const due = change === 'drop_column' ? !coming : coming && generated !== undefined;
    if (column === undefined || !due) continue;
    const refused = refusalOf(input, 'drop_column');
    if (refused !== undefined) {
      differences.push({ column: name, source: undefined, target: column.type, why: refused });
      continue;
    }
    if (!make({ kind: 'drop_column', column: column.name })) {
      if (!coming) held.push(name.toLowerCase());
      continue;
    }
    columns = columns.filter((c) => c !== column);
    if (change === 'drop_column') continue;
    take({ kind: 'rename_column', from: generated!.name, to: column.name });
    columns = columns.map((c) => (c === generated ? { ...c, name: column.name } : c));
  }
  return { schema: { ...target, columns }, held };
}
