import {
  fail,
  type Codec,
  type CodecDefinition,
  type CodecService,
  type FileLane,
  type PluginContext,
} from '@dpone/sdk';
import type { EngineHost, Scope } from './host.js';

/** The codecs of the installed plugins; each is opened when first asked for and closed with the scope. */
export function codecService(host: EngineHost, scope: Scope, context: () => PluginContext): CodecService {
  return {
    async for(from: FileLane, to?: FileLane): Promise<Codec> {
      for (const [id, definition] of await codecDefinitions(host))
        if (definition.reads.includes(from) && (to === undefined || definition.writes.includes(to)))
          return scope.use(`codec ${id}`, () => definition.create(context()));
      const need = to === undefined ? `reads ${from}` : `reads ${from} and writes ${to}`;
      throw fail('DPONE_TYPE_UNKNOWN', `no installed plugin provides a codec that ${need}`, {
        remedy: 'Install one: dpone plugins install @dpone/connector-duckdb.',
      });
    },
  };
}

/** Every installed codec, by id. */
export async function codecDefinitions(host: EngineHost): Promise<[string, CodecDefinition][]> {
  return Promise.all(
    host.ids('codec').map(async (id): Promise<[string, CodecDefinition]> => [id, await host.definition('codec', id)]),
  );
}
