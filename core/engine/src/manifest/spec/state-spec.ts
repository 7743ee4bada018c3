import { nearest } from '@dpone/sdk';
import type { Issues } from '../issue.js';
import type { ProcessSpec } from '../process-spec.js';
import { originAt, place, type MapNode, type Path } from '../read/node.js';
import type { ParsedProcess } from '../schema/process-schema.js';
import { connectionSpec } from './connection-spec.js';

/** Keys by which a state store says how it is reached. */
const CONNECTION = [
  'connection',
  'connection_type',
  'credentials_source',
  'connection_id',
  'vault_path',
  'vault_mount_point',
];
/** Names of the reference system's state tables: in the target, state has a table of its own. */
const TABLES = ['table', 'run_table', 'kafka_table'];

/** Where state is kept, and the keys of it that are not acted on. A store of the sink's own type and connection is the target itself. */
export function stateSpec(
  process: ParsedProcess,
  written: MapNode,
  issues: Issues,
): { spec: ProcessSpec['state']; ignored: Path[] } {
  const { type, ...options } = process.state;
  const given = Object.keys(options);
  const sink: Readonly<Record<string, unknown>> = { ...process.sink, credentials_source: process.sink.connection_type };
  const reached = given.filter((key) => CONNECTION.includes(key));
  const isTarget =
    type === 'target' || (type === process.sink.type && reached.every((key) => options[key] === sink[key]));
  if (!isTarget) {
    const fields = {
      ...process.state,
      connection_type: process.state.connection_type ?? process.state.credentials_source,
    };
    const own = Object.fromEntries(Object.entries(options).filter(([key]) => !CONNECTION.includes(key)));
    const connection = connectionSpec(fields, written, ['state'], issues);
    return { spec: { type, ...(connection === null ? {} : { connection }), options: own }, ignored: [] };
  }
  for (const key of given.filter((name) => ![...CONNECTION, ...TABLES].includes(name))) {
    const near = nearest(key, ['type', ...CONNECTION, ...TABLES]);
    issues.add({
      code: 'DPONE_MANIFEST_UNKNOWN_KEY',
      message: `state: "${key}" is no known key${near === undefined ? '' : `; did you mean "${near}"?`}`,
      place: place(originAt(written, ['state', key])),
      path: `state.${key}`,
    });
  }
  return {
    spec: { type: 'target', options: {} },
    ignored: TABLES.filter((key) => given.includes(key)).map((key) => ['state', key]),
  };
}
