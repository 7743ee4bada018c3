import { z } from 'zod';

const MECHANISMS = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram-sha-256', 'SCRAM-SHA-512': 'scram-sha-512' } as const;
export type Mechanism = (typeof MECHANISMS)[keyof typeof MECHANISMS];

/** How a cluster and its schema registry are reached. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls: { readonly ca?: string; readonly verify: boolean } | undefined;
  readonly sasl: { readonly mechanism: Mechanism; readonly username: string; readonly password: string } | undefined;
  readonly connectTimeoutMs: number;
  readonly registry: { readonly url: string; readonly username?: string; readonly password?: string } | undefined;
}

const text = (what: string) => z.coerce.string().min(1).optional().describe(what);

const shape = z.strictObject({
  uri: text('`kafka://user:password@host:9092,host2:9092`, `kafkas://...` for TLS, or a plain list of brokers.'),
  url: text('The same as `uri`.'),
  bootstrap_servers: text('Brokers to ask first: `host:9092,host2:9092`.'),
  security_protocol: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .optional()
    .describe('`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`. Default: by the URI and whether a user is given.'),
  sasl_mechanism: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .default('PLAIN')
    .describe('`PLAIN` (default), `SCRAM-SHA-256` or `SCRAM-SHA-512`.'),
  sasl_username: text('User, where the brokers ask for one.'),
  sasl_password: text('Its password.'),
  username: text('The same as `sasl_username`.'),
  password: text('The same as `sasl_password`.'),
  ssl_ca_location: text('File with the certificates that are trusted, PEM. Default: those of the system.'),
  ssl_verify: z
    .stringbool()
    .or(z.boolean())
    .default(true)
    .describe('Whether the certificate of the brokers is checked. Default true.'),
  client_id: z.string().min(1).default('dpone').describe('Name under which the brokers know this client.'),
  connect_timeout: z.coerce
    .number()
    .positive()
    .default(10)
    .describe('Seconds to wait for a connection to a broker. Default 10.'),
  schema_registry_url: text('Address of the schema registry (the API of Confluent).'),
  schema_registry_username: text('User of the schema registry.'),
  schema_registry_password: text('Password of the schema registry.'),
});

/** A text, or a map with the names that the reference system has. */
export const connection: z.ZodType<KafkaConnection> = z
  .union([z.string().min(1).describe('A URI, or a list of brokers.'), shape])
  .transform((value, ctx): KafkaConnection => {
    const given = shape.parse(typeof value === 'string' ? { uri: value } : value);
    const problem = (path: string, message: string): never => {
      // Without the input: it may hold a password.
      ctx.issues.push({ code: 'custom', message, path: typeof value === 'string' ? [] : [path], input: undefined });
      return z.NEVER;
    };
    const uri = parseUri(given.uri ?? given.url ?? '');
    if (uri === undefined) return problem('uri', 'is no `kafka://host:9092` and no list of brokers');
    const brokers = given.bootstrap_servers === undefined ? uri.brokers : brokerList(given.bootstrap_servers);
    if (brokers === undefined || brokers.length === 0)
      return problem('bootstrap_servers', 'must name at least one broker as `host:port`');
    const username = given.sasl_username ?? given.username ?? uri.username;
    const password = given.sasl_password ?? given.password ?? uri.password;
    const protocol =
      given.security_protocol ??
      (`${username === undefined ? '' : 'SASL_'}${uri.tls ? 'SSL' : 'PLAINTEXT'}`.replace(
        /^PLAIN$/,
        'PLAINTEXT',
      ) as 'PLAINTEXT');
    const sasl = protocol.startsWith('SASL');
    if (sasl && (username === undefined || password === undefined))
      return problem('sasl_username', `${protocol} needs a user and a password`);
    return {
      brokers,
      clientId: given.client_id,
      tls: protocol.endsWith('SSL')
        ? { verify: given.ssl_verify, ...(given.ssl_ca_location === undefined ? {} : { ca: given.ssl_ca_location }) }
        : undefined,
      sasl: sasl
        ? { mechanism: MECHANISMS[given.sasl_mechanism], username: username!, password: password! }
        : undefined,
      connectTimeoutMs: given.connect_timeout * 1000,
      registry:
        given.schema_registry_url === undefined
          ? undefined
          : {
              url: given.schema_registry_url.replace(/\/+$/, ''),
              ...(given.schema_registry_username === undefined ? {} : { username: given.schema_registry_username }),
              ...(given.schema_registry_password === undefined ? {} : { password: given.schema_registry_password }),
            },
    };
  });

const DEFAULT_PORT = 9092;

function brokerList(list: string): readonly string[] | undefined {
  const brokers = list.split(',').map((broker) => broker.trim());
  if (!brokers.every((broker) => /^(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?$/.test(broker))) return undefined;
  return brokers.map((broker) => (/:\d+$/.test(broker) ? broker : `${broker}:${DEFAULT_PORT}`));
}

interface Uri {
  readonly brokers: readonly string[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

function parseUri(text: string): Uri | undefined {
  if (text === '') return { brokers: [], tls: false };
  const match = /^(?:(kafkas?):\/\/)?(?:([^:@/]*):([^@/]*)@)?([^/@?]+)\/?$/.exec(text);
  const brokers = match === null ? undefined : brokerList(match[4]!);
  if (match === null || brokers === undefined) return undefined;
  return {
    brokers,
    tls: match[1] === 'kafkas',
    ...(match[2] === undefined
      ? {}
      : { username: decodeURIComponent(match[2]), password: decodeURIComponent(match[3]!) }),
  };
}
