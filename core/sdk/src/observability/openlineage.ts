/** A dataset as OpenLineage names it. */
export interface Dataset {
  readonly namespace: string;
  readonly name: string;
}

/** Who says so, as OpenLineage wants it: a URI. */
export const PRODUCER = 'https://www.npmjs.com/package/dpone';
/** https://openlineage.io/docs/spec/object-model */
const SCHEMA = 'https://openlineage.io/spec/1-0-5/OpenLineage.json';

export type EventType = 'START' | 'RUNNING' | 'COMPLETE' | 'FAIL';

/** What every facet carries besides its own keys. */
export const facet = <T extends object>(
  kind: 'RunFacet' | 'JobFacet' | 'DatasetFacet' | 'OutputDatasetFacet',
  keys: T,
) => ({
  _producer: PRODUCER,
  _schemaURL: `${SCHEMA}#/$defs/${kind}`,
  ...keys,
});

/** A dataset and what is said of it. */
export interface FacetedDataset extends Dataset {
  readonly facets?: object;
  readonly outputFacets?: object;
}

/** A run event. */
export function runEvent(event: {
  readonly type: EventType;
  readonly time: string;
  readonly runId: string;
  readonly runFacets: object;
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: object };
  readonly inputs: readonly FacetedDataset[];
  readonly outputs: readonly FacetedDataset[];
}) {
  const datasets = (list: readonly FacetedDataset[]) =>
    list.map(({ namespace, name, facets = {}, outputFacets }) => ({
      namespace,
      name,
      facets,
      ...(outputFacets === undefined ? {} : { outputFacets }),
    }));
  return {
    eventType: event.type,
    eventTime: event.time,
    producer: PRODUCER,
    schemaURL: `${SCHEMA}#/$defs/RunEvent`,
    run: { runId: runUuid(event.runId), facets: event.runFacets },
    job: event.job,
    inputs: datasets(event.inputs),
    outputs: datasets(event.outputs),
  };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** OpenLineage wants a UUID: dpone's run ids are ULIDs, which are the same 128 bits in other letters. Other ids stay as they are. */
export function runUuid(id: string): string {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return id;
  const bits = id.split('').reduce((sum, char) => sum * 32n + BigInt(CROCKFORD.indexOf(char)), 0n);
  const hex = bits.toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
