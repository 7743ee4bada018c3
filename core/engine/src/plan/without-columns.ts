import type { OpenProcess } from './open-process.js';

/** The process with columns of the source that it does not read, and a warning that names them. */
export function withoutColumns(open: OpenProcess, columns: readonly string[]): OpenProcess {
  const { spec } = open;
  const excludeColumns = [...spec.source.excludeColumns, ...columns];
  const warning = `left out of the load: ${columns.join(', ')} (schema_evolution)`;
  return {
    ...open,
    spec: { ...spec, source: { ...spec.source, excludeColumns }, warnings: [...spec.warnings, warning] },
  };
}
