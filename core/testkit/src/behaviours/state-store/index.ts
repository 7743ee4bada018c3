import type { Behaviour } from '../../behaviour.js';
import type { StateStoreScenario } from '../../scenario.js';
import { deletedIsFenced, oneWriterWins, pausedWriterLoses } from './fencing.js';
import { keepsWhatItIsGiven, storeDefinition, storeUnreachable } from './keeping.js';

/** What every state store is held against. */
export const STATE_STORE_BEHAVIOURS: readonly Behaviour<StateStoreScenario>[] = [
  storeDefinition,
  keepsWhatItIsGiven,
  pausedWriterLoses,
  deletedIsFenced,
  oneWriterWins,
  storeUnreachable,
];
