import { resolve } from 'node:path';
import { fail, isJsonObject, readArtifact } from '@dpone/sdk';

/** A column as a schema file has it. */
export interface ColumnDef {
  readonly name: string;
  readonly dtype: string;
  readonly nullable: boolean;
}

/** Reads a JSON list of columns: `name`, `dtype` (or `type`), `nullable`. */
export async function readColumns(cwd: string, path: string, flag: string): Promise<ColumnDef[]> {
  const artifact = await readArtifact(resolve(cwd, path));
  const where = `${flag} ${path}`;
  if (artifact.state === 'missing') throw fail('DPONE_INPUT_INVALID', 'The file is not there.', { where });
  if (artifact.state === 'unreadable' || !Array.isArray(artifact.value))
    throw fail('DPONE_INPUT_INVALID', 'The file is no JSON list of columns.', { where });
  const columns = (artifact.value as unknown[]).map((value, at) => columnOf(value, `${where}, column ${at + 1}`));
  const names = new Map<string, string>();
  for (const { name } of columns) {
    const before = names.get(name.toLowerCase());
    if (before !== undefined)
      throw fail('DPONE_INPUT_INVALID', `Names are compared without case: ${before} and ${name} are the same.`, {
        where,
      });
    names.set(name.toLowerCase(), name);
  }
  return columns;
}

function columnOf(value: unknown, where: string): ColumnDef {
  const { name, dtype, type, nullable = true } = isJsonObject(value) ? value : {};
  const stated = dtype ?? type;
  if (typeof name !== 'string' || name.trim() === '')
    throw fail('DPONE_INPUT_INVALID', 'The column has no name.', { where });
  if (typeof stated !== 'string' || stated.trim() === '')
    throw fail('DPONE_INPUT_INVALID', `The column ${name} has no dtype.`, { where });
  if (/[;\p{Cc}]|--|\/\*/u.test(stated))
    throw fail('DPONE_INPUT_INVALID', `The dtype of ${name} is no type.`, { where });
  if (typeof nullable !== 'boolean')
    throw fail('DPONE_INPUT_INVALID', `nullable of ${name} is neither true nor false.`, { where });
  return { name, dtype: stated, nullable };
}
