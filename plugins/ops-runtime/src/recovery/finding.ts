/** Something that a run left behind, and what mends it. */
export interface Finding {
  readonly kind: 'failed_run' | 'active_lock' | 'uncommitted_load' | 'failed_load';
  /** A sentence that stays the same: it is the blocker. */
  readonly reason: string;
  readonly action: string;
  readonly command: string;
  /** The load that it is about, so that it is told once. */
  readonly loadId?: string;
  /** The run that it is about, so that a job and its run are told once. */
  readonly runId?: string;
}
