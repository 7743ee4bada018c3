import { twin, type PlanStep } from './plan-step.js';

/** Systems that a local certification starts. */
export const LOCAL_SERVICES = ['postgres', 'mssql', 'clickhouse', 'kafka', 'schema-registry', 'minio'] as const;

const ROOT = 'test_artifacts/live_certification';
const at = (path: string): string => `${ROOT}/${path}`;
const MATRIX = at('matrix');
const METRICS = `--metrics-json @${at('measured/metrics.json')}`;
/** The part of its speed, beside the baseline's on the same machine, that a release may lose: two such measurements differ by about half of it. */
const TOLERANCE = 0.2;
/** What is asked of a release, reviewed with the code. */
const limits = (name: string): string => `@test/certification/limits/${name}.json`;

const step = (name: string, artifacts: readonly string[], ...command: readonly string[]): PlanStep => ({
  name,
  command: command.join(' '),
  artifacts,
  required: true,
});
const optional = (name: string, command: string): PlanStep => ({ name, command, artifacts: [], required: false });

/** How a plan is made its own: by what it certifies, with how many rows, and under which name. */
export interface LivePlan {
  readonly profile: string;
  readonly rowCount: number;
  readonly release: string;
}

const measured = step(
  'measure_performance',
  ['benchmark.json', 'metrics.json', 'measurement.json', 'run_result.json'],
  `npm run --silent certify:measure -- --output-dir ${at('measured')}`,
);
const benchmark = step(
  'evaluate_benchmark_slo_gate',
  twin('benchmark_slo_gate'),
  `dpone ops benchmark-slo-gate --output-dir ${at('benchmark-slo')} ${METRICS}`,
  `--baseline-json ${limits('baseline')} --objectives-json ${limits('objectives')}`,
  `--allowed-regression-ratio ${TOLERANCE}`,
);
const pack = (...artifacts: readonly string[]): PlanStep =>
  step(
    'build_certification_pack',
    twin('connector_certification_pack'),
    `dpone ops certification-pack --pack-id live --output-dir ${at('certification-pack')}`,
    ...artifacts.map((artifact) => `--artifact ${artifact}`),
  );
const REPORT = `certification_report=${MATRIX}/certification_report.json`;
const SLO = `benchmark_slo=${at('benchmark-slo/benchmark_slo_gate.json')}`;
const PERFORMANCE = `performance_certification=${at('performance-certification/performance_certification.json')}`;
const STATE = `live_state_reconciliation=${at('live-state-reconciliation/live_state_reconciliation.json')}`;
const SIGNED = [
  `--artifact pack=${at('release-evidence/release_evidence_pack.json')}`,
  `--artifact chain=${at('evidence-chain/evidence_chain_index.json')}`,
].join(' ');

/** On services that are started for it and thrown away afterwards. */
export function localSteps(plan: LivePlan): PlanStep[] {
  const { profile, rowCount, release } = plan;
  const mode = profile === 'real_local' ? 'real_local' : 'mock_local';
  return [
    optional('install_native_tooling', 'npm ci'),
    step('start_local_services', [], `npm run --silent services:up -- ${LOCAL_SERVICES.join(' ')}`),
    step(
      'run_local_service_markers',
      ['local_service_markers_junit.xml', 'service_markers.json'],
      `DPONE_RUN_INTEGRATION=1 npm run --silent certify:markers -- --output-dir ${ROOT}`,
    ),
    step(
      'run_source_sink_matrix',
      ['junit.xml', 'matrix_run.json'],
      `mkdir -p ${MATRIX} && DPONE_RUN_INTEGRATION=1 DPONE_RUN_INTEGRATION_MATRIX=1`,
      `dpone ops certification-run --mode ${mode} --runner 'npm run --silent matrix' --row-count ${rowCount}`,
      `--artifact-dir ${MATRIX} --format junit > ${MATRIX}/junit.xml`,
    ),
    step(
      'build_matrix_report',
      twin('certification_report'),
      `dpone ops integration-matrix-report --artifact-dir ${MATRIX} --output-dir ${MATRIX}`,
    ),
    measured,
    step(
      'build_observability_metrics',
      ['runtime_metrics.json', 'prometheus_metrics.prom', 'opentelemetry_metrics.json'],
      `dpone observability metrics-export --output-dir ${at('observability')}`,
      `--run-report ${at('measured/run_result.json')} --metric certification_row_count=${rowCount}`,
    ),
    benchmark,
    step(
      'build_performance_certification',
      twin('performance_certification'),
      `dpone ops performance-certification --profile ${profile} --row-count ${rowCount} ${METRICS}`,
      `--minimum-json ${limits('minimum')} --maximum-json ${limits('maximum')}`,
      `--output-dir ${at('performance-certification')}`,
    ),
    step(
      'collect_state_evidence',
      ['state_evidence.json', 'reconciliation_evidence.json'],
      `npm run --silent certify:state -- --output-dir ${ROOT}`,
    ),
    step(
      'build_live_state_reconciliation',
      twin('live_state_reconciliation'),
      `dpone ops live-state-reconciliation --profile ${profile} --artifact state=${at('state_evidence.json')}`,
      `--artifact reconciliation=${at('reconciliation_evidence.json')} --output-dir ${at('live-state-reconciliation')}`,
    ),
    step(
      'build_pre_release_checklist',
      twin('pre_release_checklist'),
      `npm run --silent certify:checklist -- --release ${release} --matrix ${MATRIX}/certification_report.json`,
      `--output-dir ${at('pre-release')}`,
    ),
    pack(REPORT, `observability=${at('observability/runtime_metrics.json')}`, SLO, PERFORMANCE, STATE),
    step(
      'build_artifact_index',
      twin('artifact_index'),
      `dpone ops artifact-index --root ${ROOT} --release ${release} --output-dir ${at('artifact-index')}`,
    ),
    step(
      'build_evidence_chain',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain --chain-dir ${at('evidence-chain')} --release ${release}`,
      `--artifact-index ${at('artifact-index/artifact_index.json')}`,
    ),
    step(
      'verify_evidence_chain',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain-verify --chain-dir ${at('evidence-chain')} --files`,
    ),
    step(
      'build_release_evidence_pack',
      twin('release_evidence_pack'),
      `dpone ops release-evidence-pack --release ${release} --profile ${profile} --output-dir ${at('release-evidence')}`,
      `--artifact service_markers=${at('service_markers.json')}`,
      `--artifact certification_pack=${at('certification-pack/connector_certification_pack.json')}`,
      `--artifact ${PERFORMANCE} --artifact ${STATE}`,
      `--artifact pre_release_checklist=${at('pre-release/pre_release_checklist.json')}`,
      `--artifact evidence_chain=${at('evidence-chain/evidence_chain_index.json')}`,
    ),
    step(
      'sign_release_evidence',
      ['release_evidence_pack.json.dsse.json', 'evidence_chain_index.json.dsse.json'],
      `dpone ops evidence-sign --release ${release} ${SIGNED}`,
    ),
    step('verify_release_evidence', [], `dpone ops evidence-verify ${SIGNED}`),
    optional('stop_local_services', 'npm run --silent services:down'),
  ];
}

/** On systems of vendors, with credentials that the environment holds. */
export function vendorSteps(plan: LivePlan): PlanStep[] {
  return [
    step('verify_vendor_live_secrets', [], `test -n "$DPONE_VENDOR_MANIFEST" && dpone check "$DPONE_VENDOR_MANIFEST"`),
    step(
      'run_vendor_live_tests',
      ['vendor_live_junit.xml'],
      `mkdir -p ${MATRIX} && DPONE_RUN_INTEGRATION=1 DPONE_RUN_INTEGRATION_MATRIX=1 DPONE_RUN_INTEGRATION_LIVE=1`,
      `dpone ops certification-run --mode vendor_live --runner 'npm run --silent matrix' --row-count ${plan.rowCount}`,
      `--artifact-dir ${MATRIX} --format junit > ${at('vendor_live_junit.xml')}`,
    ),
    measured,
    benchmark,
    pack(REPORT, SLO),
  ];
}
