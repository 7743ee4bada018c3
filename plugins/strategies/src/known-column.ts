import { fail, nearest, type Column, type StrategyInput } from '@dpone/sdk';

/**
 * The column that an option names, as the load has it: by its exact name, or by the only one that differs in case alone.
 * Undefined as long as the columns are not known.
 * @throws DPONE_MANIFEST_INVALID with the nearest where the load has none of that name
 */
export function knownColumn(
  { schema }: Pick<StrategyInput<unknown>, 'schema'>,
  name: string,
  option: string,
): Column | undefined {
  if (schema === undefined) return undefined;
  const { columns } = schema;
  const alike = columns.filter((c) => c.name.toLowerCase() === name.toLowerCase());
  const found = columns.find((c) => c.name === name) ?? (alike.length === 1 ? alike[0] : undefined);
  if (found !== undefined) return found;
  const names = columns.map((c) => c.name);
  const near = nearest(name, names);
  throw fail('DPONE_MANIFEST_INVALID', `${option} names the column "${name}", which the load does not have`, {
    where: option,
    remedy: near === undefined ? `It has ${names.join(', ')}.` : `Did you mean "${near}"?`,
  });
}
