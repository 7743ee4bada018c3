/** The commands of the five documents that the user wants implemented, as they stand there, in an order in which one follows the other. */
export interface SeedCommand {
  readonly command: string;
  readonly exit: 0 | 1;
}

export const SEED_COMMANDS: readonly SeedCommand[] = [
  {
    exit: 0,
    command:
      'dpone ops certification-run --artifact-dir test_artifacts/certification/current --row-count 10000 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-run --source postgres --sink mssql --strategy snapshot_diff --row-count 10000 --artifact-dir test_artifacts/certification/postgres_mssql_snapshot_diff --format json',
  },
  { exit: 0, command: 'dpone ops certification-run --artifact-dir test_artifacts/certification/current' },
  {
    exit: 0,
    command:
      'dpone ops benchmark-baseline --output-dir test_artifacts/benchmarks/current --metrics-json \'{"throughput_rows_per_second":95000}\' --baseline-json \'{"throughput_rows_per_second":{"value":100000,"direction":"higher"}}\' --allowed-regression-ratio 0.10 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops benchmark-baseline --output-dir test_artifacts/benchmarks/postgres_mssql_10k --metrics-json \'{"throughput_rows_per_second":95000,"p95_latency_seconds":32}\' --baseline-json \'{"throughput_rows_per_second":{"value":100000,"direction":"higher"},"p95_latency_seconds":{"value":30,"direction":"lower"}}\' --allowed-regression-ratio 0.10 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-suite --output-dir test_artifacts/certification/suite --suite-id manual_matrix_2026_06_05 --certification-report test_artifacts/certification/current/certification_report.json --benchmark-baseline test_artifacts/benchmarks/current/benchmark_baseline.json --require-benchmark --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops integration-matrix-report --artifact-dir test_artifacts/integration_matrix --output-dir test_artifacts/integration_matrix --format json',
  },
  {
    exit: 0,
    command:
      'dpone strategy certification-bundle --bundle-id oss_rc_2026_06_05 --output-dir test_artifacts/strategies/certification_bundle --replay-evidence test_artifacts/replay_integration/resync_01_evidence.json --matrix-artifact test_artifacts/integration_matrix/certification_report.json --connector-artifact test_artifacts/connectors/connector_certification.json --benchmark-artifact test_artifacts/benchmarks/benchmark_baseline.json --docs-link docs/testing/replay-integration.md --docs-link docs/testing/integration-matrix.md --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops evidence-bundle --artifact-dir test_artifacts/ops/evidence/postgres_mssql_snapshot_diff --run-id 01JOPS00000000000000000000 --source postgres --sink mssql --strategy snapshot_diff --row-count 10000 --rows-json \'[{"id": 1, "email": "a@example.com"}]\' --contract-json \'{"required_columns":["id","email"],"not_null":["id"]}\' --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-suite --output-dir test_artifacts/certification/suite --suite-id oss_release_candidate --certification-report test_artifacts/certification/current/certification_report.json --benchmark-baseline test_artifacts/benchmarks/current/benchmark_baseline.json --lineage-report .dpone/lineage/orders/run_01__openlineage_report.json --dbt-lineage-report .dpone/dbt-lineage/orders/dbt_lineage.json --strategy-certification-bundle test_artifacts/strategy_certification/matrix/strategy_certification_bundle.json --evidence-bundle test_artifacts/ops/evidence/ops_evidence_bundle.json --require-benchmark --require-lineage --require-dbt-lineage --require-strategy-certification --require-evidence --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-suite --output-dir test_artifacts/certification/suite --suite-id manual_matrix_2026_06_05 --certification-report test_artifacts/certification/current/certification_report.json --benchmark-baseline test_artifacts/benchmarks/current/benchmark_baseline.json --lineage-report .dpone/lineage/orders/run_01__openlineage_report.json --dbt-lineage-report .dpone/dbt-lineage/orders/dbt_lineage.json --strategy-certification-bundle test_artifacts/strategy_certification/matrix/strategy_certification_bundle.json --evidence-bundle test_artifacts/ops/evidence/ops_evidence_bundle.json --require-benchmark --require-lineage --require-dbt-lineage --require-strategy-certification --require-evidence --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-suite --suite-id "${{ github.run_id }}" --certification-report test_artifacts/certification/current/certification_report.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops live-certification-plan --profile local_live --row-count 25000 --output-dir test_artifacts/live_certification/plan --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops live-certification-plan --profile vendor_live --include-vendor-live --row-count 10000 --output-dir test_artifacts/live_certification_vendor/plan --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops live-certification-plan --profile real_local --row-count 25000 --output-dir test_artifacts/live_certification/plan --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops benchmark-slo-gate --metrics-json \'{"throughput_rows_per_second":120000,"duration_seconds":40,"freshness_lag_seconds":120,"failure_rate":0}\' --baseline-json \'{"throughput_rows_per_second":{"value":100000,"direction":"higher"},"duration_seconds":{"value":60,"direction":"lower"}}\' --objectives-json \'{"throughput_rows_per_second":{"min":100000},"freshness_lag_seconds":{"max":300},"failure_rate":{"max":0}}\' --output-dir test_artifacts/live_certification/benchmark-slo --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops performance-certification --profile real_local --row-count 25000 --metrics-json \'{"throughput_rows_per_second":1000,"duration_seconds":60,"memory_peak_mb":1024,"failure_rate":0}\' --minimum-json \'{"throughput_rows_per_second":500,"failure_rate":0}\' --maximum-json \'{"duration_seconds":120,"memory_peak_mb":2048}\' --output-dir test_artifacts/live_certification/performance-certification --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops live-state-reconciliation --profile real_local --artifact state=test_artifacts/live_certification/state_evidence.json --artifact reconciliation=test_artifacts/live_certification/reconciliation_evidence.json --require state --require reconciliation --output-dir test_artifacts/live_certification/live-state-reconciliation --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops pre-release-checklist --release v0.7.1 --release-type minor --check cli_commands=true --check run_cli=true --check run_python_api=true --check hierarchical_lineage=true --check source_sink_matrix=true --check contracts_guardrails=true --check documentation=true --check package=true --output-dir test_artifacts/live_certification/pre-release --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-history --history-dir test_artifacts/certification/history --release v0.7.1 --current-report test_artifacts/certification/current/certification_report.json --previous-report test_artifacts/certification/previous/certification_report.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops connector-badges --output-dir test_artifacts/certification/badges --history-index test_artifacts/certification/history/certification_history_index.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone run manifests/orders.yml --selector daily_orders --format json > .dpone/runs/daily_orders/run_result.json',
  },
  {
    exit: 0,
    command:
      'dpone ops run-registry --output-dir .dpone/run-registry --run-result .dpone/runs/daily_orders/run_result.json --artifact quality=.dpone/runs/daily_orders/quality.json --artifact state=.dpone/runs/daily_orders/state_transition.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops lineage-export --output-dir .dpone/lineage/daily_orders --run-registry-entry .dpone/run-registry/<run_id>__run_registry.json --namespace dpone.local --input postgres=public.orders --output mssql=landing.orders --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops dbt-lineage --output-dir .dpone/dbt-lineage/orders --manifest analytics/target/manifest.json --run-results analytics/target/run_results.json --run-registry-entry .dpone/run-registry/<run_id>__run_registry.json --namespace dbt.local --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops artifact-index --output-dir .dpone/artifact-index --root .dpone --root test_artifacts --release v0.7.1 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops evidence-chain --chain-dir .dpone/evidence-chain --release v0.7.1 --artifact-index .dpone/artifact-index/artifact_index.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops evidence-chain --chain-dir .dpone/evidence-chain --release v0.7.1 --artifact-index .dpone/artifact-index/artifact_index.json --previous-entry .dpone/evidence-chain/v0.7.1__evidence_chain.json --format json',
  },
  { exit: 0, command: 'dpone ops evidence-chain-verify --chain-dir .dpone/evidence-chain --format json' },
  {
    exit: 0,
    command:
      'dpone ops release-evidence-pack --release v0.7.1 --profile real_local --artifact service_markers=test_artifacts/live_certification/service_markers.json --artifact certification_pack=test_artifacts/live_certification/certification-pack/connector_certification_pack.json --artifact performance_certification=test_artifacts/live_certification/performance-certification/performance_certification.json --artifact live_state_reconciliation=test_artifacts/live_certification/live-state-reconciliation/live_state_reconciliation.json --artifact evidence_chain=test_artifacts/live_certification/evidence-chain/evidence_chain_index.json --artifact pre_release_checklist=test_artifacts/live_certification/pre-release/pre_release_checklist.json --require service_markers --require certification_pack --require performance_certification --require live_state_reconciliation --require evidence_chain --require pre_release_checklist --output-dir test_artifacts/live_certification/release-evidence --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-evidence-pack --release v0.7.1 --profile real_local --artifact service_markers=test_artifacts/live_certification/service_markers.json --artifact certification_pack=test_artifacts/live_certification/certification-pack/connector_certification_pack.json --artifact performance_certification=test_artifacts/live_certification/performance-certification/performance_certification.json --artifact live_state_reconciliation=test_artifacts/live_certification/live-state-reconciliation/live_state_reconciliation.json --artifact pre_release_checklist=test_artifacts/live_certification/pre-release/pre_release_checklist.json --artifact evidence_chain=test_artifacts/live_certification/evidence-chain/evidence_chain_index.json --output-dir test_artifacts/live_certification/release-evidence --format json',
  },
  {
    exit: 1,
    command:
      'dpone ops contract-check --rows-json \'[{"id": 1, "email": null}]\' --contract-json \'{"required_columns":["id","email"],"not_null":["email"],"unique":["id"],"min_rows":1}\' --format json',
  },
  {
    exit: 0,
    command: 'dpone ops quarantine-export --dir .dpone/quarantine --run-id 01J00000000000000000000000 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops package-start --dir .dpone/load-packages --run-id 01JRUN00000000000000000000 --target landing.orders --chunk-id business_date=2026-06-01 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops package-commit --dir .dpone/load-packages --load-id 01JLOAD0000000000000000000 --rows-loaded 10000 --state-after-json \'{"xmin":"845221"}\'',
  },
  {
    exit: 0,
    command:
      'dpone ops rollback-plan --sink mssql --target landing.orders --load-id 01JLOAD0000000000000000000 --strategy shadow_swap --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops rollback-execute --sink mssql --target landing.orders --load-id 01JLOAD0000000000000000000 --strategy shadow_swap --require-backup --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops rollback-execute --sink mssql --target landing.orders --load-id 01JLOAD0000000000000000000 --strategy shadow_swap --require-backup --yes',
  },
  {
    exit: 0,
    command:
      'dpone ops go-live-gate --bundle-json test_artifacts/ops/evidence/postgres_mssql_snapshot_diff/ops_evidence_bundle.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops policy-evaluate --bundle-json test_artifacts/ops/evidence/postgres_mssql_snapshot_diff/ops_evidence_bundle.json --policy-json \'{"required_evidence":["certification","data_contract","marketplace"],"require_bundle_passed":true,"require_artifacts_exist":true}\' --format json',
  },
  {
    exit: 1,
    command:
      'dpone ops diff --source-rows-json \'[{"id": 1, "amount": 100}, {"id": 2, "amount": 200}]\' --target-rows-json \'[{"id": 1, "amount": 100}, {"id": 2, "amount": 250}]\' --key id --compare-columns amount --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops security-audit --manifest-json \'{"source":{"connection_type":"vault","credentials":{"password":"${DPONE_SOURCE_PASSWORD}"}}}\' --log-text \'password=[REDACTED] token=[REDACTED]\' --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops slo-evaluate --metrics-json \'{"freshness_lag_seconds":120,"throughput_rows_per_second":2500,"failure_rate":0.001}\' --objectives-json \'{"freshness_lag_seconds":{"max":300},"throughput_rows_per_second":{"min":1000},"failure_rate":{"max":0.01}}\' --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops incident-pack --artifact-dir .dpone/incidents/01JINC00000000000000000000 --incident-id 01JINC00000000000000000000 --title "Postgres to MSSQL release gate" --severity release --artifact evidence=test_artifacts/ops/evidence/latest/ops_evidence_bundle.json --artifact policy=test_artifacts/ops/evidence/latest/policy_decision.json --artifact slo=test_artifacts/ops/evidence/latest/slo_report.json --artifact security=test_artifacts/ops/evidence/latest/security_audit.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-gate --artifact-dir .dpone/releases/v0.7.1 --release v0.7.1 --artifact evidence=test_artifacts/ops/evidence/latest/ops_evidence_bundle.json --artifact policy=test_artifacts/ops/evidence/latest/policy_decision.json --artifact security=test_artifacts/ops/evidence/latest/security_audit.json --artifact slo=test_artifacts/ops/evidence/latest/slo_report.json --artifact connector_badges=test_artifacts/certification/badges/connector_badges.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-orchestrator --output-dir .dpone/releases/v0.7.1 --release v0.7.1 --root .dpone --root test_artifacts --artifact security=test_artifacts/ops/evidence/latest/security_audit.json --artifact slo=test_artifacts/ops/evidence/latest/slo_report.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-promote --output-dir .dpone/promotions/v0.7.1-staging-production --release v0.7.1 --from-env staging --to-env production --artifact release_orchestration=.dpone/releases/v0.7.1/release_orchestration.json --artifact runbook=.dpone/releases/v0.7.1/runbook-pack/runbook_pack.json --artifact rollback=.dpone/releases/v0.7.1/rollback_execute.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops env-drift --output-dir .dpone/env-drift/v0.7.1-staging-production --source-env staging --target-env production --source .dpone/rendered/staging.json --target .dpone/rendered/production.json --allowlist-path connection.host --allowlist-path connection.database --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops change-request --output-dir .dpone/change-requests/CR-2026-0001 --change-id CR-2026-0001 --release v0.7.1 --target-env production --risk-level medium --requested-by release-manager@example.com --approver data-architect@example.com --approver platform-owner@example.com --artifact release_orchestration=.dpone/releases/v0.7.1/release_orchestration.json --artifact env_drift=.dpone/env-drift/v0.7.1-staging-production/env_drift.json --artifact promotion=.dpone/promotions/v0.7.1-staging-production/promotion_manifest.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops approval-record --output-dir .dpone/approvals/CR-2026-0001 --change-request .dpone/change-requests/CR-2026-0001/change_request.json --actor data-architect@example.com --decision approved --comment "Release evidence reviewed." --quorum-required 1 --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops deployment-record --output-dir .dpone/deployments/DEP-2026-0001 --deployment-id DEP-2026-0001 --environment production --actor release-manager@example.com --approval-record .dpone/approvals/CR-2026-0001/approval_record.json --status succeeded --post-check smoke=true --post-check quality=true --rollback-artifact .dpone/rollback/DEP-2026-0001/rollback_execute.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops post-deploy-verify --output-dir .dpone/post-deploy/DEP-2026-0001 --deployment-record .dpone/deployments/DEP-2026-0001/deployment_record.json --artifact slo=.dpone/slo/DEP-2026-0001/slo_report.json --artifact diff=.dpone/diff/DEP-2026-0001/diff.json --artifact security=.dpone/security/DEP-2026-0001/security_audit.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-close --output-dir .dpone/release-close/v0.7.1 --release v0.7.1 --closed-by release-manager@example.com --post-deploy-verify .dpone/post-deploy/DEP-2026-0001/post_deploy_verify.json --notes "Release closed after green post-deploy checks." --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops docs-publish-pack --output-dir .dpone/docs-publish/v0.7.1 --release v0.7.1 --artifact artifact_index=.dpone/artifact-index/artifact_index.json --artifact connector_badges=test_artifacts/certification/badges/connector_badges.json --artifact release_gate=.dpone/releases/v0.7.1/release_gate.json --artifact certification_history=test_artifacts/certification/history/certification_history_index.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops manifest-bundle --output-dir .dpone/manifest-bundles/01JBUNDLE000000000000000000 --bundle-id 01JBUNDLE000000000000000000 --file manifest=examples/postgres_to_mssql/manifest.yml --file release_gate=.dpone/releases/v0.7.1/release_gate.json --redact --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops runbook-pack --output-dir .dpone/runbooks/v0.7.1 --runbook-id 01JRUNBOOK0000000000000000 --title "v0.7.1 go-live" --artifact release_gate=.dpone/releases/v0.7.1/release_gate.json --artifact rollback=.dpone/rollback/rollback_execute.json --artifact security=test_artifacts/ops/evidence/latest/security_audit.json --artifact diff=test_artifacts/ops/evidence/latest/diff_report.json --format json',
  },
  {
    exit: 0,
    command:
      'dpone ops release-summary --output-dir test_artifacts/certification/release-summary --release-id v0.7.1 --replay-chain-dir test_artifacts/replay-evidence-chain --matrix-suite test_artifacts/source-sink-certification-suite/certification_suite.json --matrix-chain-dir test_artifacts/source-sink-evidence-chain --connector-suite test_artifacts/connector-certification-suite/certification_suite.json --connector-chain-dir test_artifacts/connector-evidence-chain --format md',
  },
  {
    exit: 0,
    command:
      'dpone ops certification-automation-plan --output-dir test_artifacts/full_certification/automation --profile mock_contract --row-count 10000 --format md',
  },
  {
    exit: 0,
    command:
      'dpone ops production-maturity --release v0.7.1-rc1 --output-dir test_artifacts/production_maturity/report --artifact certification=test_artifacts/connectors/latest/certification.json --artifact cdc=test_artifacts/replay/latest/replay.json --artifact performance=test_artifacts/benchmarks/latest/baseline.json --artifact security=test_artifacts/security/latest/security.json --artifact supply_chain=test_artifacts/supply_chain/latest/evidence.json --artifact governance=test_artifacts/governance/latest/policy.json --artifact docs=test_artifacts/docs/latest/docs.json',
  },
  {
    exit: 1,
    command:
      'dpone ops industrial-readiness --release v0.7.1-rc1 --output-dir test_artifacts/industrial_readiness/report --artifact local_matrix=test_artifacts/integration_matrix/latest/matrix.json --artifact correctness=test_artifacts/correctness/latest/correctness.json --artifact reliability=test_artifacts/reliability/latest/reliability.json --artifact performance_lab=test_artifacts/benchmarks/latest/performance_lab.json --artifact ux=test_artifacts/ux/latest/ux.json --artifact governance=test_artifacts/governance/latest/governance.json --case postgres:mssql:incremental_merge',
  },
  {
    exit: 0,
    command:
      'dpone schema approve --ledger .dpone/schema_changes/schema_change.json --approver data-architect --format json',
  },
];
