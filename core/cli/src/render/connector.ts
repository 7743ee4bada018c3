import { z } from 'zod';
import { stringify } from 'yaml';
import type { SinkDefinition, SourceDefinition } from '@dpone/sdk';
import type { Session } from '../session.js';
import { wrap } from './wrap.js';

interface SideDescription {
  readonly summary: string;
  readonly table: string;
  readonly capabilities: object;
  readonly connection: object | null;
  readonly options: object;
  readonly example: object;
}

export interface ConnectorDescription {
  readonly type: string;
  readonly plugin: string;
  readonly source: SideDescription | null;
  readonly sink: SideDescription | null;
}

/** What a connector says of itself. The schemas are JSON Schema, so that programs can use them. */
export async function describeConnector(session: Session, type: string): Promise<ConnectorDescription> {
  const { registry, host } = session;
  const has = (kind: 'source' | 'sink'): boolean => registry.owner(kind, type) !== undefined;
  // Asking for a source that is not there gives the error that names what is installed.
  const source = has('source') || !has('sink') ? await host.definition('source', type) : null;
  const sink = has('sink') ? await host.definition('sink', type) : null;
  return {
    type,
    plugin: (registry.owner('source', type) ?? registry.owner('sink', type))!.name,
    source: source === null ? null : sideOf(source),
    sink: sink === null ? null : sideOf(sink),
  };
}

const jsonSchema = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

const sideOf = (definition: SourceDefinition | SinkDefinition): SideDescription => ({
  summary: definition.summary,
  table: definition.table,
  capabilities: definition.capabilities,
  connection: definition.connection === null ? null : jsonSchema(definition.connection),
  options: jsonSchema(definition.options),
  example: definition.example,
});

interface Property {
  readonly description?: string;
  readonly default?: unknown;
}

export function connectorText(connector: ConnectorDescription): string {
  const sides = (['source', 'sink'] as const).flatMap((kind) => {
    const side = connector[kind];
    return side === null
      ? []
      : [`${kind}: ${side.summary}`, ...sideText(side), indented(stringify({ [kind]: side.example }))];
  });
  return [`${connector.type}, provided by ${connector.plugin}`, ...sides].join('\n\n');
}

function sideText(side: SideDescription): string[] {
  const options = Object.entries(
    (side.options as { properties?: Readonly<Record<string, Property>> }).properties ?? {},
  );
  const capabilities = Object.entries(side.capabilities)
    .filter(([key]) => key !== 'facts')
    .map(([key, value]) => `  ${key}: ${Array.isArray(value) ? value.join(', ') || 'none' : String(value)}`);
  const described = options.map(([name, { description = '', default: preset }]) => {
    const text = preset === undefined ? description : `${description} Default: ${JSON.stringify(preset)}.`;
    return `  ${name}\n${wrap(text, 80, '      ')}`;
  });
  return [
    capabilities.map((line) => wrap(line.trim(), 80, '  ')).join('\n'),
    ...(described.length === 0 ? [] : [`  options\n${described.join('\n')}`]),
  ];
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^/gm, '  ');
