import { fail } from '@dpone/sdk';
import type { KafkaConnection } from '../options.js';
import type { RegistryAddress } from './client.js';

interface AddressOf {
  readonly connection: Pick<KafkaConnection, 'registry'>;
  readonly options: {
    readonly message_format: string;
    readonly schema_registry: { readonly url?: string | undefined };
  };
}

/** Where the schema registry is: as the options say, or else the connection. */
export function registryAddress({ connection, options }: AddressOf, side: 'source' | 'sink'): RegistryAddress {
  const given = connection.registry;
  const url = options.schema_registry.url?.replace(/\/+$/, '') ?? given?.url;
  if (url !== undefined) return { ...given, url };
  throw fail('DPONE_CONNECTION_INVALID', `message_format ${options.message_format} needs a schema registry`, {
    where: `${side}.connection.schema_registry_url`,
    remedy: `Set schema_registry_url of the connection (<ID>_SCHEMA_REGISTRY_URL), or ${side}.options.schema_registry.url.`,
  });
}
