import type { FinalizeResult, FinalizeStep, LoadProgram, SinkLoad } from '@dpone/sdk';
import { SINK_BEHAVIOURS, type SinkScenario } from '@dpone/testkit';
import { modelledScenario } from '../systems/modelled.js';
import type { Broken } from './catches.js';

/** Breaks every load of a course but the first, which makes the target. */
const onCourse = (
  change: (program: LoadProgram) => LoadProgram,
  counts: Partial<FinalizeResult> = {},
): SinkScenario => {
  const { definition } = modelledScenario;
  const broken = (staging: SinkLoad): SinkLoad => ({
    ...staging,
    finalize: async (program) =>
      program.load.loadId.endsWith('01')
        ? staging.finalize(program)
        : { ...(await staging.finalize(change(program))), ...counts },
  });
  return {
    ...modelledScenario,
    definition: {
      ...definition,
      create: async (ctx) => {
        const given = await definition.create(ctx);
        return { ...given, begin: async (ref, spec) => broken(await given.begin(ref, spec)) };
      },
    },
  };
};

const steps =
  (change: (step: FinalizeStep) => FinalizeStep) =>
  (program: LoadProgram): LoadProgram => ({ ...program, steps: program.steps.map(change) });

/** What a sink may get wrong of one step, beside leaving it out. */
const MISTAKES: readonly {
  readonly of: RegExp;
  readonly how: string;
  readonly change: (step: FinalizeStep) => FinalizeStep;
  readonly says: RegExp;
}[] = [
  {
    of: /converging|marking/,
    how: 'writes rows that are the same',
    change: (step) => (step.op === 'merge' ? { op: 'merge', key: step.key, by: step.by } : step),
    says: /inserted\/updated\/deleted are/,
  },
  {
    of: /their-time/,
    how: 'takes late rows for current ones',
    change: (step) => (step.op === 'add_versions' ? { ...step, effective: null } : step),
    says: /missing|unexpected/,
  },
  {
    of: /since-the-load-end/,
    how: 'leaves versions of absent keys open',
    change: (step) => (step.op === 'add_versions' ? { ...step, absent: 'keep' } : step),
    says: /missing|unexpected/,
  },
  {
    of: /events/,
    how: 'empties columns that an event left as they were',
    change: (step) => {
      if (step.op !== 'apply_events') return step;
      const { unchanged, ...envelope } = step.envelope;
      return { ...step, envelope: { ...envelope, columns: [...envelope.columns, unchanged!] } };
    },
    says: /missing|unexpected/,
  },
  {
    of: /events-deletes-(apply|mark)/,
    how: 'leaves the row of a changed key',
    change: (step) => {
      if (step.op !== 'apply_events') return step;
      const { oldKey, ...envelope } = step.envelope;
      return { ...step, envelope: { ...envelope, columns: [...envelope.columns, oldKey!] } };
    },
    says: /missing|unexpected/,
  },
  {
    of: /events/,
    how: 'forgets how far a row is',
    change: (step) => (step.op === 'apply_events' ? { ...step, seq: '__dpone__other' } : step),
    says: /missing|unexpected/,
  },
];

/** Sinks that each get one thing of a course wrong. */
export const BROKEN_COURSES = SINK_BEHAVIOURS.filter((b) => b.id.startsWith('sink.follows.')).flatMap(
  ({ id }): Broken<SinkScenario>[] => [
    {
      behaviour: id,
      how: 'leaves the step out',
      scenario: onCourse((p) => ({ ...p, steps: [] })),
      says: /missing|unexpected/,
    },
    {
      behaviour: id,
      how: 'counts wrong',
      scenario: onCourse((p) => p, { inserted: 77 }),
      says: /inserted\/updated\/deleted are/,
    },
    ...MISTAKES.filter(({ of }) => of.test(id)).map(({ how, change, says }) => ({
      behaviour: id,
      how,
      scenario: onCourse(steps(change)),
      says,
    })),
  ],
);
