import type { Behaviour } from '../../behaviour.js';
import type { SourceScenario } from '../../scenario.js';
import { validConnector } from '../connector-definition.js';

export const sourceDefinition: Behaviour<SourceScenario> = {
  id: 'source.definition',
  title: 'the definition is whole, every option is described, and its example parses',
  run: async ({ definition, id }) => validConnector(definition, 'source', id),
};
