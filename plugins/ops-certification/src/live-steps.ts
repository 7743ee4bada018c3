import { twin, type PlanStep } from './plan-step.js';

/** Systems that a local certification starts. */
export const LOCAL_SERVICES = ['postgres', 'mssql', 'clickhouse', 'kafka', 'schema-registry', 'minio'] as const;

const ROOT = 'test_artifacts/live_certification';
const at = (path: string): string => `${ROOT}/${path}`;
const MATRIX = at('matrix');
const COMPOSE = 'docker compose -f docker/docker-compose.integration.yml';
const MEASURED = '{"throughput_rows_per_second":1000,"duration_seconds":60,"failure_rate":0}';

const step = (name: string, artifacts: readonly string[], ...command: readonly string[]): PlanStep => ({
  name,
  command: command.join(' '),
  artifacts,
  required: true,
});
const optional = (name: string, command: string): PlanStep => ({ name, command, artifacts: [], required: false });

const benchmark = step(
  'evaluate_benchmark_slo_gate',
  twin('benchmark_slo_gate'),
  `dpone ops benchmark-slo-gate --output-dir ${at('benchmark-slo')} --metrics-json '${MEASURED}'`,
  `--baseline-json '{"throughput_rows_per_second":{"value":1000,"direction":"higher"}}'`,
  `--objectives-json '{"failure_rate":{"max":0}}'`,
);
const pack = step(
  'build_certification_pack',
  twin('connector_certification_pack'),
  `dpone ops certification-pack --pack-id live --output-dir ${at('certification-pack')}`,
  `--artifact certification_report=${MATRIX}/certification_report.json`,
);

/** On services that are started for it and thrown away afterwards. */
export function localSteps(profile: string, rowCount: number): PlanStep[] {
  return [
    optional('install_native_tooling', 'npm ci'),
    step('start_local_services', [], `${COMPOSE} up -d --wait ${LOCAL_SERVICES.join(' ')}`),
    step(
      'run_local_service_markers',
      ['local_service_markers_junit.xml', 'service_markers.json'],
      `mkdir -p ${ROOT} && npm run --silent test:all -- --reporter xunit --reporter-option output=${at('local_service_markers_junit.xml')}`,
      `&& printf '{"passed": true, "summary": "service tests passed"}' > ${at('service_markers.json')}`,
    ),
    step(
      'run_source_sink_matrix',
      ['junit.xml'],
      `mkdir -p ${MATRIX} && DPONE_MATRIX_RUN_MODE=${profile === 'real_local' ? 'real_local' : 'mock_local'}`,
      `DPONE_MATRIX_ROW_COUNT=${rowCount} dpone ops certification-run --artifact-dir ${MATRIX} --format junit > ${MATRIX}/junit.xml`,
    ),
    step(
      'build_matrix_report',
      twin('certification_report'),
      `dpone ops integration-matrix-report --artifact-dir ${MATRIX} --output-dir ${MATRIX}`,
    ),
    step(
      'build_observability_metrics',
      ['runtime_metrics.json', 'prometheus_metrics.prom', 'opentelemetry_metrics.json'],
      `dpone observability metrics-export --output-dir ${at('observability')} --metric certification_row_count=${rowCount}`,
    ),
    benchmark,
    step(
      'build_performance_certification',
      twin('performance_certification'),
      `dpone ops performance-certification --profile ${profile} --row-count ${rowCount} --metrics-json '${MEASURED}'`,
      `--minimum-json '{"throughput_rows_per_second":500}' --maximum-json '{"duration_seconds":120,"failure_rate":0}'`,
      `--output-dir ${at('performance-certification')}`,
    ),
    step(
      'build_live_state_reconciliation',
      twin('live_state_reconciliation'),
      `dpone ops live-state-reconciliation --profile ${profile} --artifact state=${at('state_evidence.json')}`,
      `--artifact reconciliation=${at('reconciliation_evidence.json')} --output-dir ${at('live-state-reconciliation')}`,
    ),
    pack,
    step(
      'build_artifact_index',
      twin('artifact_index'),
      `dpone ops artifact-index --root ${ROOT} --output-dir ${at('artifact-index')}`,
    ),
    step(
      'build_evidence_chain',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain --chain-dir ${at('evidence-chain')} --release live`,
      `--artifact-index ${at('artifact-index/artifact_index.json')}`,
    ),
    step(
      'verify_evidence_chain',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain-verify --chain-dir ${at('evidence-chain')}`,
    ),
    step(
      'build_release_evidence_pack',
      twin('release_evidence_pack'),
      `dpone ops release-evidence-pack --release live --profile ${profile} --output-dir ${at('release-evidence')}`,
      `--artifact service_markers=${at('service_markers.json')}`,
      `--artifact certification_pack=${at('certification-pack/connector_certification_pack.json')}`,
      `--artifact performance_certification=${at('performance-certification/performance_certification.json')}`,
      `--artifact live_state_reconciliation=${at('live-state-reconciliation/live_state_reconciliation.json')}`,
      `--artifact pre_release_checklist=${at('pre-release/pre_release_checklist.json')}`,
      `--artifact evidence_chain=${at('evidence-chain/evidence_chain_index.json')}`,
    ),
    optional('stop_local_services', `${COMPOSE} down -v`),
  ];
}

/** On systems of vendors, with credentials that the environment holds. */
export function vendorSteps(): PlanStep[] {
  return [
    step('verify_vendor_live_secrets', [], `test -n "$DPONE_VENDOR_MANIFEST" && dpone check "$DPONE_VENDOR_MANIFEST"`),
    step(
      'run_vendor_live_tests',
      ['vendor_live_junit.xml'],
      `mkdir -p ${ROOT} && npm run --silent test:all -- --reporter xunit --reporter-option output=${at('vendor_live_junit.xml')}`,
    ),
    benchmark,
    pack,
  ];
}
