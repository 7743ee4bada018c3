import type { Json } from '@dpone/sdk';
import { nodeAt, originAt, plain, place, type MapNode, type Path } from '../read/node.js';
import type { Issues } from '../issue.js';
import type { ConnectionRef } from '../process-spec.js';
import type { ParsedProcess } from '../schema/process-schema.js';

type Fields = Pick<
  ParsedProcess['source'],
  'connection' | 'connection_type' | 'connection_id' | 'vault_path' | 'vault_mount_point'
>;

/** How a side reaches its system. Inline values, and the JSON of `params`, keep their references: a secret is filled in when it is used. */
export function connectionSpec(fields: Fields, written: MapNode, path: Path, issues: Issues): ConnectionRef | null {
  const conflict = (key: string, message: string): void =>
    issues.add({
      code: 'DPONE_OPTION_CONFLICT',
      message: `${path.join('.')}: ${message}`,
      place: place(originAt(written, [...path, key])),
      path: [...path, key].join('.'),
    });
  const { connection, connection_type: type, connection_id: id } = fields;
  if (connection !== undefined) {
    if (id !== undefined) conflict('connection', 'connection and connection_id exclude each other');
    else if (type !== undefined) conflict('connection_type', 'connection_type needs connection_id, not connection');
    const value = plain(nodeAt(written, [...path, 'connection'])!);
    return { kind: 'inline', value: value as string | Readonly<Record<string, Json>> };
  }
  if (id === undefined) {
    if (type !== undefined) conflict('connection_type', 'connection_type needs connection_id');
    return null;
  }
  const provider = type ?? 'env';
  return {
    kind: 'secret',
    provider,
    id: provider === 'params' ? paramsText(nodeAt(written, [...path, 'connection_id']), id) : id,
    options: Object.fromEntries(
      (['vault_path', 'vault_mount_point'] as const).flatMap((key) =>
        fields[key] === undefined ? [] : [[key, fields[key]]],
      ),
    ),
  };
}

function paramsText(node: ReturnType<typeof nodeAt>, id: string): string {
  if (node === undefined) return id;
  const value = plain(node);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
