import type { Json, SinkDefinition, SourceDefinition } from '@dpone/sdk';
import { describedOptions, parsed, validDefinition } from './valid-definition.js';

/** Throws where the definition of a source or a sink is not whole or its example would not load. */
export function validConnector(
  definition: SourceDefinition | SinkDefinition,
  kind: 'source' | 'sink',
  id: string,
): void {
  validDefinition(definition, kind);
  describedOptions(definition.options, 'options');
  if (definition.connection !== null) describedOptions(definition.connection, 'connection');
  for (const { fact, source } of definition.capabilities.facts ?? [])
    if (fact === '' || source === '')
      throw new Error('A fact of capabilities needs its words and where it comes from.');
  if (new Set(definition.capabilities.lanes).size === 0) throw new Error('capabilities.lanes names no lane.');
  const example = definition.example as Record<string, Json>;
  if (example['type'] !== id) throw new Error(`example.type is ${JSON.stringify(example['type'])}, the id is ${id}.`);
  parsed(definition.options, example['options'] ?? {}, 'example.options');
  if (definition.table === 'required' && example['table'] === undefined)
    throw new Error('example names no table, but table is required.');
  const connection = example['connection'];
  if (definition.connection !== null && connection !== undefined)
    parsed(
      definition.connection,
      typeof connection === 'string' ? { uri: connection } : connection,
      'example.connection',
    );
}
