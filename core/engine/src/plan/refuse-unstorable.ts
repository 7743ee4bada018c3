import { fail, withArticle, type FrameworkColumn, type Sink, type StagingSpec } from '@dpone/sdk';
import type { OpenProcess } from './open-process.js';
import { whereOf } from './where.js';

/** Throws where the sink has no type for a column, or no room for its name. */
export function refuseUnstorable(
  open: OpenProcess,
  sink: Sink,
  columns: StagingSpec['columns'],
  framework: readonly FrameworkColumn[],
): void {
  const { type } = open.spec.sink;
  const refused = [...columns, ...framework].flatMap((column) => {
    const physical = sink.physicalType(column);
    return 'refused' in physical ? [`${column.name}: ${physical.refused}`] : [];
  });
  if (refused.length > 0)
    throw fail('DPONE_NO_LANE', `${withArticle(type)} sink cannot hold every column: ${refused.join('; ')}`, {
      where: 'sink',
    });
  const limit = open.sink.capabilities.maxIdentifier;
  const long = columns.filter((c) => limit !== undefined && Buffer.byteLength(c.name) > limit).map((c) => c.name);
  if (long.length > 0)
    throw fail('DPONE_CAPABILITY', `names longer than ${limit} bytes: ${long.join(', ')}`, {
      where: whereOf(open.spec, 'sink'),
      remedy: 'Rename the columns at the source, or leave them out: source.options.exclude_columns.',
    });
}
