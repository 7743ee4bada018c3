"""Runs a dpone pipeline. Made by `dpone ops deploy-render`; make it anew instead of changing it."""

from __future__ import annotations

import subprocess

import dagster as dg

COMMAND = ["dpone", "run", "manifests/orders.yml"]


@dg.asset
def dpone_pipeline(context: dg.AssetExecutionContext) -> None:
    # A list: no shell reads it.
    done = subprocess.run(COMMAND, capture_output=True, text=True)
    context.log.info(done.stdout)
    if done.returncode != 0:
        raise dg.Failure(description=f"dpone ended with {done.returncode}: {done.stderr[-2000:]}")


dpone_job = dg.define_asset_job("dpone_job", selection=[dpone_pipeline])

defs = dg.Definitions(
    assets=[dpone_pipeline],
    jobs=[dpone_job],
    schedules=[dg.ScheduleDefinition(job=dpone_job, cron_schedule="0 2 * * *")],
)
