import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Connection } from './settings.js';

export interface RequestOptions {
  readonly max_attempts: number;
  readonly parallel_parts: number;
}

const CONNECT_MS = 10_000;
/** A request whose connection carries nothing for so long is dead, and is sent again. */
const SILENT_MS = 60_000;

/** A client of the store; it connects with its first request. */
export async function openClient(connection: S3Connection, options: RequestOptions): Promise<S3Client> {
  const { endpoint, region, profile } = connection;
  const credentials = await credentialsOf(connection);
  // Two loads of one process, listings and heartbeats besides the parts.
  const agent = { maxSockets: options.parallel_parts * 2 + 8, keepAlive: true };
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? (endpoint === undefined ? {} : { region: 'us-east-1' }) : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(connection.provider === 'anonymous' ? { signer: { sign: async (request) => request } } : {}),
    forcePathStyle: connection.pathStyle,
    followRegionRedirects: endpoint === undefined,
    maxAttempts: options.max_attempts,
    retryMode: 'standard',
    // Stores other than AWS know the checksums that every operation had from the beginning, and not all know newer ones.
    ...(endpoint === undefined
      ? {}
      : { requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}

/** The SDK's own default chain where undefined. */
async function credentialsOf(connection: S3Connection): Promise<S3ClientConfig['credentials']> {
  const { keys, role, profile } = connection;
  const own =
    keys === undefined
      ? undefined
      : {
          accessKeyId: keys.id,
          secretAccessKey: keys.secret,
          ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
        };
  if (own !== undefined && role === undefined) return own;
  // The SDK asks for an identity also where nothing is signed.
  if (connection.provider === 'anonymous') return { accessKeyId: '', secretAccessKey: '' };
  if (role === undefined && connection.provider === 'default') return undefined;
  const providers = await import('@aws-sdk/credential-providers');
  const named = profile === undefined ? {} : { profile };
  const make = {
    default: () => providers.fromNodeProviderChain(named),
    env: () => providers.fromEnv(),
    ini: () => providers.fromIni(named),
    sso: () => providers.fromSSO(named),
    process: () => providers.fromProcess(named),
    web_identity: () => providers.fromTokenFile(),
    container: () => providers.fromContainerMetadata(),
    instance: () => providers.fromInstanceMetadata(),
  };
  const { provider } = connection;
  const base = own ?? (provider === 'static' ? undefined : make[provider]());
  if (role === undefined) return base;
  return providers.fromTemporaryCredentials({
    ...(base === undefined ? {} : { masterCredentials: base }),
    params: {
      RoleArn: role.arn,
      RoleSessionName: role.sessionName,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    ...(connection.region === undefined ? {} : { clientConfig: { region: connection.region } }),
  });
}
