import { twin, type PlanStep } from './plan-step.js';

const ROOT = 'test_artifacts/full_certification';
const at = (path: string): string => `${ROOT}/${path}`;
const MATRIX = at('matrix');
const REPORT = `${MATRIX}/certification_report.json`;
const RATE = 'throughput_rows_per_second';

/** Loads of servers that run elsewhere are agreed to. */
const CONSENT: Readonly<Record<string, string>> = {
  vendor_live: 'DPONE_RUN_INTEGRATION=1 DPONE_RUN_INTEGRATION_MATRIX=1 DPONE_RUN_INTEGRATION_LIVE=1 ',
};

/** A full certification from the matrix to a chain that verifies, in the order in which each step finds what it needs. */
export function automationSteps(profile: string, rowCount: number): PlanStep[] {
  const step = (name: string, artifacts: readonly string[], ...command: readonly string[]): PlanStep => ({
    name,
    command: command.join(' '),
    artifacts,
    required: true,
  });
  return [
    step(
      'source_sink_matrix',
      ['junit.xml'],
      `mkdir -p ${MATRIX} && ${CONSENT[profile] ?? ''}DPONE_MATRIX_RUN_MODE=${profile} dpone ops certification-run`,
      ...(profile === 'mock_contract' ? [] : [`--runner 'npm run --silent matrix'`]),
      `--artifact-dir ${MATRIX} --row-count ${rowCount} --format junit > ${MATRIX}/junit.xml`,
    ),
    step(
      'matrix_report',
      twin('certification_report'),
      `dpone ops integration-matrix-report --artifact-dir ${MATRIX} --output-dir ${MATRIX}`,
    ),
    step(
      'benchmark_baseline',
      twin('benchmark_baseline'),
      `dpone ops benchmark-baseline --output-dir ${at('benchmark')}`,
      `--metrics-json '{"${RATE}":100000}' --baseline-json '{"${RATE}":{"value":100000,"direction":"higher"}}'`,
    ),
    step(
      'run_registry',
      ['run_registry_index.json'],
      `dpone ops run-registry --output-dir ${at('run-registry')} --run-result ${REPORT}`,
    ),
    step(
      'lineage_export',
      ['openlineage.json', 'openlineage.md'],
      `dpone ops lineage-export --output-dir ${at('lineage')}`,
      `--run-registry-entry ${at('run-registry/unknown_run__run_registry.json')}`,
      `--input postgres=public.orders --output postgres=landing.orders`,
      ...['json', 'md'].map(
        (ending) => `&& cp ${at(`lineage/unknown_run__openlineage.${ending}`)} ${at(`lineage/openlineage.${ending}`)}`,
      ),
    ),
    step(
      'evidence_bundle',
      twin('ops_evidence_bundle'),
      `dpone ops evidence-bundle --artifact-dir ${at('evidence')} --run-id full_certification`,
      `--source postgres --sink postgres --strategy full_refresh --row-count 100`,
      `--rows-json '[{"id":1}]' --contract-json '{"required_columns":["id"],"not_null":["id"],"unique":["id"]}'`,
    ),
    step(
      'strategy_certification_bundle',
      twin('strategy_certification_bundle'),
      `dpone strategy certification-bundle --bundle-id full_certification --output-dir ${at('strategies')}`,
      `--matrix-artifact ${REPORT} --benchmark-artifact ${at('benchmark/benchmark_baseline.json')}`,
    ),
    step(
      'certification_suite',
      [...twin('certification_suite'), 'certification_suite_index.json'],
      `dpone ops certification-suite --suite-id full_certification --output-dir ${at('suite')}`,
      `--certification-report ${REPORT} --benchmark-baseline ${at('benchmark/benchmark_baseline.json')}`,
      `--lineage-report ${at('lineage/openlineage.json')} --evidence-bundle ${at('evidence/ops_evidence_bundle.json')}`,
      `--strategy-certification-bundle ${at('strategies/strategy_certification_bundle.json')}`,
      `--require-benchmark --require-lineage --require-evidence --require-strategy-certification`,
    ),
    step(
      'artifact_index',
      twin('artifact_index'),
      `dpone ops artifact-index --root ${ROOT} --output-dir ${at('artifact-index')}`,
    ),
    step(
      'evidence_chain',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain --chain-dir ${at('evidence-chain')} --release full_certification`,
      `--artifact-index ${at('artifact-index/artifact_index.json')}`,
    ),
    step(
      'evidence_chain_verify',
      ['evidence_chain_index.json'],
      `dpone ops evidence-chain-verify --chain-dir ${at('evidence-chain')}`,
    ),
  ];
}
