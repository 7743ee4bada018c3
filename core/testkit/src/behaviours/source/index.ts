import type { Behaviour } from '../../behaviour.js';
import type { SourceScenario } from '../../scenario.js';
import { incrementsByCursor } from './cursor.js';
import { sourceDefinition } from './definition.js';
import { cancels, checksGreen, missingIsNamed, unreachableIsNamed } from './failing.js';
import { partitionsCover, pushesPredicates } from './filtering.js';
import {
  describesSchema,
  lanesAgree,
  projects,
  readsAllOnce,
  readsAllTypes,
  readsAwkwardNames,
  readsEmpty,
} from './reading.js';

/** What every source is held against, where it declares it. */
export const SOURCE_BEHAVIOURS: readonly Behaviour<SourceScenario>[] = [
  sourceDefinition,
  checksGreen,
  describesSchema,
  readsAllOnce,
  readsEmpty,
  readsAllTypes,
  readsAwkwardNames,
  projects,
  lanesAgree,
  pushesPredicates,
  partitionsCover,
  incrementsByCursor,
  missingIsNamed,
  unreachableIsNamed,
  cancels,
];
