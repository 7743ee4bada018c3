import { isJsonObject, judge, type JsonObject } from '@dpone/sdk';

/** What the registry keeps of a run. */
export interface RunFacts {
  readonly runId: string;
  readonly process: string;
  readonly manifest: string;
  readonly status: string;
  readonly passed: boolean;
  /** The processes of a run of several. */
  readonly processes: readonly ProcessFacts[];
  /** What was read and written, where the record of the run says so: system and name. */
  readonly datasets: Datasets;
}

export interface Datasets {
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

interface Dataset {
  readonly namespace: string;
  readonly name: string;
}

/** One process of a run of several. */
export interface ProcessFacts {
  readonly process: string;
  readonly manifest: string;
  readonly load_id: string | null;
  readonly status: string;
  readonly passed: boolean;
}

export const UNKNOWN_RUN = 'unknown_run';
const UNKNOWN = 'unknown';

/** Words of a run or a load that has not ended well, or has not ended. */
const NOT_DONE = new Set([
  'failed',
  'fail',
  'error',
  'rollback_required',
  'regression',
  'started',
  'staged',
  'cancelled',
  'running',
  'interrupted',
  'waiting',
  'skipped',
]);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

const objects = (value: unknown): JsonObject[] | undefined =>
  Array.isArray(value) && value.length > 0 && (value as unknown[]).every(isJsonObject)
    ? (value as JsonObject[])
    : undefined;

/** The facts of a run result, whichever of its forms it has. */
export function runFacts(value: JsonObject): RunFacts {
  const processes = objects(value['processes']);
  if (processes !== undefined) return severalProcesses(value, processes);
  const [newest] = objects(value['loads']) ?? [];
  return oneProcess(newest === undefined ? value : fromHistory(value, newest));
}

function oneProcess(value: JsonObject): RunFacts {
  const status = statusOf(value);
  return {
    runId: textOf(value['run_id']) ?? UNKNOWN_RUN,
    process: textOf(value['process']) ?? UNKNOWN,
    manifest: textOf(value['manifest']) ?? UNKNOWN,
    status,
    passed: passedOf(value),
    processes: [],
    datasets: datasetsOf(value),
  };
}

/** From the lineage that dpone records of each process. */
function datasetsOf(value: JsonObject): Datasets {
  const record = isJsonObject(value['record']) ? value['record'] : {};
  const lineage = isJsonObject(record['lineage']) ? record['lineage'] : {};
  const side = (key: string): Dataset[] => {
    const found = isJsonObject(lineage[key]) ? lineage[key] : {};
    const [namespace, name] = [textOf(found['type']), textOf(found['name'])];
    return namespace === undefined || name === undefined ? [] : [{ namespace, name }];
  };
  return { inputs: side('source'), outputs: side('target') };
}

/** Each once, in their order. */
const distinct = (all: readonly Dataset[]): Dataset[] => [
  ...new Map(all.map((one) => [`${one.namespace}=${one.name}`, one])).values(),
];

function statusOf(value: JsonObject): string {
  const inner = isJsonObject(value['result']) ? textOf(value['result']['status']) : undefined;
  return inner ?? textOf(value['status']) ?? (value['passed'] === true ? 'success' : 'failed');
}

/** Green where neither the run nor its result says otherwise. */
function passedOf(value: JsonObject): boolean {
  const inner = isJsonObject(value['result']) ? textOf(value['result']['status']) : undefined;
  const words = [inner, textOf(value['status'])].filter((word) => word !== undefined);
  return judge(value).verdict !== 'red' && !words.some((word) => NOT_DONE.has(word.trim().toLowerCase()));
}

/** A receipt of the target: what is in it was committed. */
const fromHistory = (value: JsonObject, newest: JsonObject): JsonObject => ({
  run_id: newest['runId'] ?? null,
  process: newest['process'] ?? value['process'] ?? null,
  passed: textOf(newest['committedAt']) !== undefined,
  result: { status: textOf(newest['committedAt']) === undefined ? 'failed' : 'success' },
});

function severalProcesses(value: JsonObject, processes: readonly JsonObject[]): RunFacts {
  const all = processes.map(oneProcess);
  const names = (key: 'process' | 'manifest'): string => [...new Set(all.map((one) => one[key]))].join(', ');
  // Results of different runs are no run.
  const own = textOf(value['run_id']);
  const ids = new Set(all.map(({ runId }) => (runId === UNKNOWN_RUN && own !== undefined ? own : runId)));
  const passed = passedOf(value) && all.every((one) => one.passed) && ids.size === 1;
  return {
    runId: [...ids][0]!,
    process: names('process'),
    manifest: names('manifest'),
    status: passed ? 'success' : 'failed',
    passed,
    datasets: {
      inputs: distinct(all.flatMap(({ datasets }) => datasets.inputs)),
      outputs: distinct(all.flatMap(({ datasets }) => datasets.outputs)),
    },
    processes: all.map(({ process, manifest, status, passed: own }, i) => ({
      process,
      manifest,
      load_id: textOf(processes[i]!['load_id']) ?? null,
      status,
      passed: own,
    })),
  };
}
