import { facet, type FacetedDataset } from '@dpone/sdk/observability';
import type { LoadResult } from './load-result.js';

/** `lineage` of a plan: which column of the source becomes which column of the target. */
export interface PlannedLineage {
  readonly source: { readonly type: string; readonly name: string | null };
  readonly target: { readonly type: string; readonly name: string };
  readonly columns: readonly { readonly source: string; readonly target: string; readonly type: string }[];
}

const SPEC = 'https://openlineage.io/spec/facets';
const schemaUrl = (version: string, name: string): { _schemaURL: string } => ({
  _schemaURL: `${SPEC}/${version}/${name}.json#/$defs/${name}`,
});

const schemaFacet = (fields: readonly { readonly name: string; readonly type: string }[]): object => ({
  ...facet('DatasetFacet', { fields }),
  ...schemaUrl('1-1-1', 'SchemaDatasetFacet'),
});

/** What is read and written, with schemas and the lineage of columns; the namespace of a dataset is its system's type. */
export function datasetsOf(
  lineage: PlannedLineage | null,
  load: LoadResult | undefined,
): { readonly inputs: readonly FacetedDataset[]; readonly outputs: readonly FacetedDataset[] } {
  if (lineage === null) return { inputs: [], outputs: [] };
  const { source, target, columns } = lineage;
  const input = { namespace: source.type, name: source.name ?? source.type };
  const fields = Object.fromEntries(
    columns.map((column) => [
      column.target,
      {
        inputFields: [
          {
            ...input,
            field: column.source,
            transformations: [{ type: 'DIRECT', subtype: 'IDENTITY', masking: false }],
          },
        ],
      },
    ]),
  );
  const facets = {
    schema: schemaFacet(columns.map((column) => ({ name: column.target, type: column.type }))),
    columnLineage: { ...facet('DatasetFacet', { fields }), ...schemaUrl('1-2-0', 'ColumnLineageDatasetFacet') },
  };
  const statistics =
    load?.passed !== true
      ? {}
      : {
          outputFacets: {
            outputStatistics: {
              ...facet('OutputDatasetFacet', {
                rowCount: (load.result?.inserted_rows ?? 0) + (load.result?.updated_rows ?? 0),
                size: load.result?.bytes ?? 0,
              }),
              ...schemaUrl('1-0-2', 'OutputStatisticsOutputDatasetFacet'),
            },
          },
        };
  return {
    inputs: [
      {
        ...input,
        facets: { schema: schemaFacet(columns.map((column) => ({ name: column.source, type: column.type }))) },
      },
    ],
    outputs: [{ namespace: target.type, name: target.name, facets, ...statistics }],
  };
}
