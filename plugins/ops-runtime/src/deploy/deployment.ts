/** What is to be run, and where. */
export interface Deployment {
  readonly manifest: string;
  readonly selector: string | null;
  readonly image: string;
  readonly schedule: string;
}

export const TARGETS = ['docker-compose', 'k8s-cronjob', 'airflow', 'dagster'] as const;
export type DeployTarget = (typeof TARGETS)[number];

/** The command as a list of words: where a list can be given, no shell reads it. */
export const commandOf = ({ manifest, selector }: Deployment): string[] => [
  'dpone',
  'run',
  manifest,
  ...(selector === null ? [] : ['--selector', selector]),
];
