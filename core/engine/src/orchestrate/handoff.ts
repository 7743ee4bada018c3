/** The same run for a scheduler, as data that goes into its own files. */
export interface SchedulerHandoff {
  /** A line's command for crontab(5), where `%` must be escaped. */
  readonly cron_command: string;
  readonly airflow_task: { readonly operator: 'BashOperator'; readonly task_id: string; readonly bash_command: string };
  readonly dagster_asset: { readonly key: string; readonly command: readonly string[] };
  readonly kubernetes_cronjob: {
    readonly name: string;
    readonly concurrencyPolicy: 'Forbid';
    readonly command: readonly string[];
  };
}

export interface Handoff {
  readonly workdir: string;
  /** Of the job: the lock's key. */
  readonly key: string;
  /** The command that was given, less what belongs to this run alone. */
  readonly words: readonly string[];
}

export function schedulerHandoff({ workdir, key, words }: Handoff): SchedulerHandoff {
  const line = words.map(shellWord).join(' ');
  const name = key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const inCron = `cd ${shellWord(workdir)} && ${line}`.replaceAll('%', String.raw`\%`);
  return {
    cron_command: inCron,
    airflow_task: {
      operator: 'BashOperator',
      task_id: `dpone_${name.replaceAll('-', '_')}`,
      // Literal braces first; what follows is Airflow's to fill in. The blank keeps a last word from being read as a file:
      // https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html
      bash_command: `${literal(line)} --run-id '{{ dag.dag_id }}.{{ ts_nodash }}' --dag-id '{{ dag.dag_id }}' --execution-date '{{ ts }}' `,
    },
    dagster_asset: { key: name.replaceAll('-', '_'), command: words },
    // The name of a CronJob has at most 52 characters, letters, digits and dashes:
    // https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    kubernetes_cronjob: {
      name: `dpone-${name}`.slice(0, 52).replace(/-+$/, ''),
      concurrencyPolicy: 'Forbid',
      command: words,
    },
  };
}

const literal = (text: string): string => text.replaceAll(/\{[{%#]|[}%#]\}/g, (mark) => `{{ '${mark}' }}`);

/** A word of a POSIX shell that stands for exactly this text. */
const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
