/** A step of a certification, as a shell runs it. */
export interface PlanStep {
  readonly name: string;
  readonly command: string;
  readonly artifacts: readonly string[];
  readonly required: boolean;
}

/** What the required steps leave behind: each file once, in the order in which it first appears. */
export const requiredArtifacts = (steps: readonly PlanStep[]): string[] => [
  ...new Set(steps.filter(({ required }) => required).flatMap(({ artifacts }) => artifacts)),
];

/** A report as it is written, in both of its forms. */
export const twin = (name: string): string[] => [`${name}.json`, `${name}.md`];

/** The page of a plan: which step, whether it may be left out, what it leaves, and how it is called. */
export const stepTable = {
  heading: 'Steps',
  of: 'steps',
  columns: { step: 'name', required: 'required', artifacts: 'artifacts', command: 'command' },
} as const;
