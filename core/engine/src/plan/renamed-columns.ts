import type { Column, Schema, SchemaChange } from '@dpone/sdk';
import type { ProcessSpec } from '../manifest/process-spec.js';
import type { Difference } from './difference.js';
import { refusalOf } from './evolution-policy.js';

interface RenameInput {
  readonly source: readonly Column[];
  readonly policy: ProcessSpec['schemaEvolution'];
  readonly ddl: readonly SchemaChange['kind'][];
}

/** The target's columns as they are once the renames are made, by lower-case name. One that waits keeps its old name, and the source's column goes there. */
export function renamedColumns(
  input: RenameInput,
  target: Schema,
  make: (change: SchemaChange) => boolean,
  differences: Difference[],
): Map<string, Column> {
  const existing = new Map(target.columns.map((c) => [c.name.toLowerCase(), c]));
  const coming = new Map(input.source.map((c) => [c.name.toLowerCase(), c]));
  for (const [old, now] of Object.entries(input.policy.renames)) {
    const column = existing.get(old.toLowerCase());
    const source = coming.get(now.toLowerCase());
    // Done before, or not begun at the source.
    if (column === undefined || existing.has(now.toLowerCase()) || source === undefined) continue;
    const refused = coming.has(old.toLowerCase())
      ? `the source has both ${column.name} and ${source.name}`
      : refusalOf(input, 'rename_column');
    if (refused !== undefined) {
      differences.push({ column: source.name, source: source.type, target: column.type, why: refused });
      continue;
    }
    const made = make({ kind: 'rename_column', from: column.name, to: source.name });
    existing.delete(old.toLowerCase());
    existing.set(now.toLowerCase(), made ? { ...column, name: source.name } : column);
  }
  return existing;
}
