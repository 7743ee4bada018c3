import { twin, type PlanStep } from './plan-step.js';

const ROOT = 'test_artifacts/full_certification';
const at = (path: string): string => `${ROOT}/${path}`;
const MATRIX = at('matrix');
const REPORT = `${MATRIX}/certification_report.json`;
const BENCHMARK = at('benchmark');
const RESULT = `${BENCHMARK}/run_result.json`;
/** What the first certification of a folder measured; those after it are held against it. */
const BASELINE = '.dpone/benchmarks/certification.json';
/** Rows of the load that is measured. It needs no server, and takes about a second. */
const ROWS = 100_000;
/** The part that a load may be slower than its baseline: it takes a second, and the machine has other work. */
const TOLERANCE = 0.5;
const newest = (folder: string, ending: string): string => `"$(ls -t ${at(folder)}/*${ending} | head -n 1)"`;

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
      `mkdir -p ${BENCHMARK} .dpone/benchmarks`,
      `&& { echo id,amount; seq -f '%.0f,1.5' 1 ${ROWS}; } > ${BENCHMARK}/rows.csv`,
      `&& dpone init --force --out ${BENCHMARK}/load.yml --source-type files --source-option path=${BENCHMARK}/rows.csv`,
      `--sink-type files --sink-option path=${BENCHMARK}/rows.jsonl --strategy full_refresh`,
      `&& dpone run ${BENCHMARK}/load.yml --format json > ${RESULT}`,
      `&& { test -f ${BASELINE} || cp ${RESULT} ${BASELINE}; }`,
      `&& dpone ops benchmark-baseline --output-dir ${BENCHMARK} --metrics-json @${RESULT} --baseline-json @${BASELINE}`,
      `--allowed-regression-ratio ${TOLERANCE}`,
    ),
    step(
      'run_registry',
      ['run_registry_index.json'],
      `dpone ops run-registry --output-dir ${at('run-registry')} --run-result ${RESULT}`,
    ),
    step(
      'lineage_export',
      ['openlineage.json', 'openlineage.md'],
      `dpone ops lineage-export --output-dir ${at('lineage')}`,
      `--run-registry-entry ${newest('run-registry', '__run_registry.json')}`,
      ...['json', 'md'].map(
        (ending) => `&& cp ${newest('lineage', `__openlineage.${ending}`)} ${at(`lineage/openlineage.${ending}`)}`,
      ),
    ),
    step(
      'evidence_bundle',
      twin('ops_evidence_bundle'),
      // The rows are the first of those that the measured load has written; the case is worked out, as that of mock_contract.
      `{ echo '['; head -n 1000 ${BENCHMARK}/rows.jsonl | paste -s -d , -; echo ']'; } > ${BENCHMARK}/rows.json`,
      `&& dpone ops evidence-bundle --artifact-dir ${at('evidence')} --run-id full_certification`,
      `--source postgres --sink postgres --strategy full_refresh --row-count ${rowCount} --rows-json @${BENCHMARK}/rows.json`,
      `--contract-json '{"required_columns":["id","amount"],"not_null":["id","amount"],"unique":["id"],"min_rows":1000}'`,
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
