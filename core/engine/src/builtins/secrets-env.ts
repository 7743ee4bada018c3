import { defineSecrets, fail, type Secrets, type SecretsDefinition } from '@dpone/sdk';

type Environment = Readonly<Record<string, string | undefined>>;

/** The suffixes of a connection's variables, and the value that each one is. Of two for one value the first that is set wins. */
const SUFFIXES: readonly (readonly [suffix: string, value: string])[] = [
  ...['URL', 'URI'].map((suffix) => [suffix, 'uri'] as const),
  ...[
    ['ENDPOINT', 'endpoint'],
    ['BASE_URL', 'endpoint'],
    ['TOKEN', 'token'],
    ['BEARER_TOKEN', 'token'],
    ['SERVICE_ACCOUNT_INFO', 'service_account_info'],
    ['CREDENTIALS_JSON', 'service_account_info'],
  ].map(([suffix, value]) => [suffix!, value!] as const),
  ...[
    'HOST',
    'PORT',
    'DATABASE',
    'USERNAME',
    'PASSWORD',
    'SCHEMA',
    'PROJECT_ID',
    'SERVICE_ACCOUNT_KEY_FILE',
    'API_KEY',
    'SECURE',
    'COMPRESSION',
    'CONNECT_TIMEOUT',
    'SEND_RECEIVE_TIMEOUT',
    'SETTINGS',
    'DRIVER',
    'ENCRYPT',
    'TRUST_SERVER_CERTIFICATE',
    'QUERY_TIMEOUT',
    'BCP_PATH',
    'BOOTSTRAP_SERVERS',
    'SECURITY_PROTOCOL',
    'SASL_MECHANISM',
    'SASL_USERNAME',
    'SASL_PASSWORD',
    'SSL_CA_LOCATION',
    'CLIENT_ID',
    'SCHEMA_REGISTRY_URL',
    'SCHEMA_REGISTRY_USERNAME',
    'SCHEMA_REGISTRY_PASSWORD',
  ].map((suffix) => [suffix, suffix.toLowerCase()] as const),
];
/** `<PREFIX>_ADDITIONAL_<NAME>` is the value `<name>`, for systems that need one that has no suffix of its own. */
const ADDITIONAL = 'ADDITIONAL_';

/** The prefix of a connection's variables: `shop-pg` has `SHOP_PG_HOST` and so on. */
export const variablePrefix = (connectionId: string): string => connectionId.toUpperCase().replace(/[^A-Z0-9]/g, '_');

/** The variable that gives a value of a connection: its own suffix, else an additional one. */
export function variableName(connectionId: string, value: string): string {
  const suffix = SUFFIXES.find(([, name]) => name === value)?.[0] ?? `${ADDITIONAL}${value.toUpperCase()}`;
  return `${variablePrefix(connectionId)}_${suffix}`;
}

/** The values of a connection as variables give them; an empty variable counts as absent. */
export function connectionFromEnv(connectionId: string, env: Environment): Readonly<Record<string, string>> {
  const prefix = variablePrefix(connectionId);
  const values: Record<string, string> = {};
  const additional = `${prefix}_${ADDITIONAL}`;
  for (const [name, value] of Object.entries(env))
    if (name.startsWith(additional) && name.length > additional.length && value !== undefined && value !== '')
      values[name.slice(additional.length).toLowerCase()] = value;
  for (const [suffix, name] of SUFFIXES.toReversed()) {
    const value = env[`${prefix}_${suffix}`];
    if (value !== undefined && value !== '') values[name] = value;
  }
  return values;
}

/** `connection_type: env`: the values of a connection are environment variables named after it. */
export const secretsEnv: SecretsDefinition = defineSecrets({
  summary: 'Environment variables named after the connection: <ID>_HOST, <ID>_PASSWORD, <ID>_URL, ...',
  create: ({ env }): Secrets => ({
    connection(connectionId) {
      const values = connectionFromEnv(connectionId, env);
      if (Object.keys(values).length > 0) return Promise.resolve(values);
      const prefix = variablePrefix(connectionId);
      const looked = SUFFIXES.map(([suffix]) => `${prefix}_${suffix}`);
      return Promise.reject(
        fail('DPONE_SECRET_NOT_FOUND', `no variable of the connection "${connectionId}" is set`, {
          where: `connection_id: ${connectionId}`,
          remedy: `Set those it needs of ${looked.join(', ')}, ${prefix}_${ADDITIONAL}<NAME>.`,
        }),
      );
    },
    close: () => Promise.resolve(),
  }),
});
