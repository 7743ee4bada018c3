"""Runs a dpone pipeline. Made by `dpone ops deploy-render`; make it anew instead of changing it."""

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
    schedule="0 2 * * *",
    catchup=False,
    max_active_runs=1,
    tags=["dpone"],
) as dag:
    BashOperator(
        task_id="dpone_run",
        bash_command="dpone run manifests/orders.yml ",
        retries=2,
        retry_delay=timedelta(minutes=5),
    )
