import type { Behaviour } from '../../behaviour.js';
import type { SinkScenario } from '../../scenario.js';
import { COURSE_BEHAVIOURS } from './course-behaviours.js';
import { sinkChecks, sinkDefinition, sinkUnreachable } from './definition.js';
import { explains, FINALIZE_BEHAVIOURS, replays } from './finalizing.js';
import { fillsFramework } from './framework.js';
import { measures, measuresMax, quarantines, refusesBadValues } from './quality.js';
import { fences, locks, putsState, receiptsCommit, RECOVER_BEHAVIOURS } from './receipts.js';
import { ROLLBACK_BEHAVIOURS } from './rolling-back.js';
import { SCHEMA_BEHAVIOURS } from './schema.js';
import { attaches, holdsAllTypes, lanesAgree, quotesNames, stagingInvisible } from './staging.js';

/** What every sink is held against, where it declares it. */
export const SINK_BEHAVIOURS: readonly Behaviour<SinkScenario>[] = [
  sinkDefinition,
  sinkChecks,
  sinkUnreachable,
  stagingInvisible,
  attaches,
  lanesAgree,
  holdsAllTypes,
  quotesNames,
  fillsFramework,
  measures,
  quarantines,
  refusesBadValues,
  measuresMax,
  ...FINALIZE_BEHAVIOURS,
  ...COURSE_BEHAVIOURS,
  ...SCHEMA_BEHAVIOURS,
  explains,
  receiptsCommit,
  putsState,
  replays,
  locks,
  fences,
  ...RECOVER_BEHAVIOURS,
  ...ROLLBACK_BEHAVIOURS,
];

export { convergingCourse, eventsCourse, versionsCourse } from './courses.js';
export { followsModel, type Course, type CourseBatch } from './following.js';
