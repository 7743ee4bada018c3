import { shellWord } from '../shell-words.js';
import { commandOf, type Deployment } from './deployment.js';
import { pythonText } from './python-text.js';

/**
 * The command of a BashOperator is a Jinja template, and a file where it ends like one: what is in braces stands as a
 * literal, and a blank comes last.
 * https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/bash.html
 */
const bashCommand = (words: readonly string[]): string =>
  `${words
    .map(shellWord)
    .join(' ')
    .replaceAll(/\{[{%#]|[}%#]\}/g, (mark) => `{{ '${mark}' }}`)} `;

export function airflowDag(deployment: Deployment): string {
  return `"""Runs a dpone pipeline. Made by \`dpone ops deploy-render\`; make it anew instead of changing it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from airflow import DAG

try:  # Airflow 3
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

with DAG(
    dag_id="dpone_pipeline",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    schedule=${pythonText(deployment.schedule)},
    catchup=False,
    max_active_runs=1,
    tags=["dpone"],
) as dag:
    BashOperator(
        task_id="dpone_run",
        bash_command=${pythonText(bashCommand(commandOf(deployment)))},
        retries=2,
        retry_delay=timedelta(minutes=5),
    )
`;
}
