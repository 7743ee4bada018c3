import { defineSecrets, fail, type Secrets, type SecretsDefinition } from '@dpone/sdk';
import { resolveValue } from '../manifest/resolve-value.js';

const refusal = (what: string) =>
  // The text itself is not shown: it may hold a password.
  fail('DPONE_CONNECTION_INVALID', what, {
    where: 'connection_id',
    remedy:
      'With connection_type: params write connection_id as a JSON object: {"host": "...", "password": "${NAME}"}.',
  });

/** The values that a connection id holds itself: a JSON object; a text that is none is the broker list of a stream. */
export function connectionFromParams(
  connectionId: string,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  if (!connectionId.trim().startsWith('{')) {
    if (/^[\w.-]+(:\d+)?(,[\w.-]+(:\d+)?)*$/.test(connectionId.trim()))
      return { bootstrap_servers: connectionId.trim() };
    throw refusal('connection_id is no JSON object');
  }
  let parsed: unknown;
  try {
    // References first would let a value with a quote break the JSON.
    parsed = JSON.parse(connectionId);
  } catch {
    throw refusal('connection_id is not valid JSON');
  }
  const values = Object.entries(resolveValue(parsed as Record<string, unknown>, env, 'connection_id'));
  return Object.fromEntries(
    values.flatMap(([name, value]) =>
      value === null ? [] : [[name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  );
}

/** `connection_type: params`: the connection id is itself the connection's values, as JSON. */
export const secretsParams: SecretsDefinition = defineSecrets({
  summary: 'Values written into connection_id as a JSON object',
  create: ({ env }): Secrets => ({
    connection: (connectionId) => Promise.resolve().then(() => connectionFromParams(connectionId, env)),
    close: () => Promise.resolve(),
  }),
});
