import { fail, type PluginContext, withArticle } from '@dpone/sdk';
import type { z } from 'zod';
import type { EngineHost, Scope } from '../host.js';
import type { ProcessSpec, SideSpec } from '../manifest/process-spec.js';
import { resolveValue } from '../manifest/resolve-value.js';
import { parseOptions } from './parse-options.js';
import { whereOf } from './where.js';

export interface ConnectionCall {
  readonly host: EngineHost;
  readonly scope: Scope;
  readonly context: PluginContext;
  readonly process: ProcessSpec;
  readonly side: 'source' | 'sink' | 'state';
  readonly spec: Pick<SideSpec, 'type' | 'connection'>;
  readonly schema: z.ZodType | null;
}

/** A side's connection: its values from where the manifest says, as the connector's schema reads them. */
export async function resolveConnection(call: ConnectionCall): Promise<unknown> {
  const { spec, schema, side, process } = call;
  const ref = spec.connection;
  if (schema === null) {
    if (ref === null) return null;
    throw fail(
      'DPONE_CONNECTION_INVALID',
      `${withArticle(spec.type)} ${side === 'state' ? 'state store' : side} takes no connection`,
      {
        where: whereOf(process, `${side}.connection`),
        remedy: 'Remove it; its options say where the data is.',
      },
    );
  }
  const at = ref?.kind === 'secret' ? `${side}.connection_id` : `${side}.connection`;
  return parseOptions(schema, await valuesOf(call), {
    spec: process,
    at,
    code: 'DPONE_CONNECTION_INVALID',
    remedy:
      ref === null
        ? `Set ${side}.connection to a URI, or ${side}.connection_type and ${side}.connection_id.`
        : ref.kind === 'secret'
          ? `Set what is missing for the connection "${shownId(ref.id)}" (connection_type: ${ref.provider}).`
          : undefined,
  });
}

async function valuesOf(call: ConnectionCall): Promise<unknown> {
  const ref = call.spec.connection;
  if (ref === null) return {};
  if (ref.kind === 'inline') {
    const value = resolveValue(ref.value, call.host.env, whereOf(call.process, `${call.side}.connection`));
    return typeof value === 'string' ? { uri: value } : value;
  }
  const definition = await call.host.definition('secrets', ref.provider);
  const secrets = await call.scope.use(`secrets ${ref.provider} ${JSON.stringify(ref.options)}`, () =>
    definition.create({ ...call.context, env: call.host.env, options: ref.options }),
  );
  return secrets.connection(ref.id);
}

/** With `connection_type: params` the id is the connection itself, secrets included. */
const shownId = (id: string): string => (/^[\w.-]+$/.test(id) ? id : '...');
