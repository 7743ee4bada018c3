import type { Behaviour } from '../../behaviour.js';
import type { CodecScenario } from '../../scenario.js';
import { codecDefinition, converts, missingFile, roundTrips } from './formats.js';

/** What every codec is held against. */
export const CODEC_BEHAVIOURS: readonly Behaviour<CodecScenario>[] = [
  codecDefinition,
  roundTrips,
  converts,
  missingFile,
];
