/** A word of a shell, as the text that it stands for. */
const word = (text: string): string =>
  /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export interface FailedRun {
  readonly runId: string;
  readonly strategy: string;
  readonly stage: string;
  readonly partitions: readonly string[];
}

export interface RepairStep {
  readonly action: string;
  readonly description: string;
  readonly command: string | null;
}

/** Stages before which the target was not touched: to begin them again changes nothing twice. */
const SAFE = new Set(['extract', 'stage']);

/** How a failed run is mended: look, run the failed part again, compare, and only then move the state. */
export function repairPlan({ runId, strategy, stage, partitions }: FailedRun) {
  const id = word(runId);
  const byPartition = strategy.trim().toLowerCase() === 'partition_replace';
  const replay = byPartition
    ? `dpone resync --run-id ${id} --partitions ${word(partitions.length === 0 ? 'from-run-artifact' : partitions.join(','))} --plan`
    : `dpone resume ${id} --from-stage ${word(stage)} --plan`;
  const look = `dpone run-report ${id} --format md`;
  const inspect = `dpone state inspect --identity ${id} --state-type run`;
  const steps: RepairStep[] = [
    {
      action: 'inspect_run_artifacts',
      description: 'Find out at which stage the run failed, and what it had loaded by then.',
      command: look,
    },
    {
      action: 'validate_staging_artifacts',
      description: 'Count what is staged before anything is done with it.',
      command: inspect,
    },
    byPartition
      ? {
          action: 'replay_partition_replace',
          description: 'Load the partitions again that the run was to replace.',
          command: replay,
        }
      : {
          action: 'resume_from_failed_stage',
          description: `Go on at ${stage}; what was done before it is kept.`,
          command: replay,
        },
    {
      action: 'quality_reconcile',
      description: 'Compare counts and checksums of source and target.',
      command: null,
    },
    {
      action: 'commit_state_after_success',
      description: 'Let the state move only when the comparison is green.',
      command: null,
    },
  ];
  return {
    run_id: runId,
    safe_to_auto_resume: !byPartition && SAFE.has(stage),
    steps,
    commands: [replay, look, inspect],
  };
}
