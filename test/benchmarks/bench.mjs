// npm run bench [-- name ...] [--rows N] [--rounds N] [--large] [--save]
// Whole processes, medians, each run between two runs of its baseline. --save writes docs/benchmarks/results.json.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BACKFILL_CASES } from './cases/backfill.mjs';
import { CLICKHOUSE_CASES, stopEngine } from './cases/clickhouse.mjs';
import { GATE_CASES } from './cases/gates.mjs';
import { installCase } from './cases/install.mjs';
import { KAFKA_CASES, stopBroker } from './cases/kafka.mjs';
import { loadCase } from './cases/load.mjs';
import { memoryCase } from './cases/memory.mjs';
import { dropDatabase, MSSQL_CASES } from './cases/mssql.mjs';
import { POSTGRES_CASES, stopServer } from './cases/postgres.mjs';
import { S3_CASES, stopStore } from './cases/s3.mjs';
import { startupCase } from './cases/startup.mjs';
import { STRATEGY_CASES } from './cases/strategies.mjs';
import { renderResults } from './render.mjs';
import { ROOT } from './workspace.mjs';

const CASES = [
  loadCase('csv'),
  loadCase('parquet'),
  memoryCase,
  startupCase('start-version', ['--version']),
  startupCase('start-ops', ['ops', 'artifact-index', '--root', 'artifacts']),
  installCase,
  ...GATE_CASES,
  ...POSTGRES_CASES,
  ...BACKFILL_CASES,
  ...S3_CASES,
  ...MSSQL_CASES,
  ...CLICKHOUSE_CASES,
  ...KAFKA_CASES,
  ...STRATEGY_CASES,
];

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '5' },
    large: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const settings = {
  rows: Number(flags.rows),
  rounds: Number(flags.rounds),
  startRounds: Math.max(15, Number(flags.rounds)),
};

const isCalled = (item) => (name) => item.name === name || item.group === name;
const unknown = names.filter((name) => !CASES.some((item) => isCalled(item)(name)));
if (unknown.length > 0) {
  console.error(
    `bench: no case ${unknown.join(', ')}; there are: ${CASES.map((item) => item.name).join(', ')}; gates, postgres, s3, clickhouse, kafka, mssql and strategies are all of theirs`,
  );
  process.exit(2);
}
const chosen = CASES.filter((item) => {
  const named = names.includes(item.name);
  return named || ((names.length === 0 || names.some(isCalled(item))) && (flags.large || item.large !== true));
});

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
const results = [];
for (const item of chosen) {
  if (item.missing !== undefined) {
    console.error(`bench: ${item.name} is not run: ${item.missing}`);
    continue;
  }
  console.error(`bench: ${item.name} ...`);
  const { name, what, baseline, target } = item;
  results.push({ name, what, baseline, target, ...(await item.run(settings)) });
}

if (chosen.some((item) => item.group === 's3')) await stopStore();
if (chosen.some((item) => item.group === 'mssql')) await dropDatabase();
if (chosen.some((item) => item.group === 'clickhouse')) await stopEngine();
if (chosen.some((item) => item.group === 'kafka')) await stopBroker();
if (chosen.some((item) => ['postgres', 's3', 'clickhouse', 'kafka', 'strategies'].includes(item.group)))
  await stopServer();
console.log(renderResults(results));
console.log(JSON.stringify({ machine, results }, null, 2));

if (flags.save) {
  const file = join(ROOT, 'docs/benchmarks/results.json');
  await mkdir(join(ROOT, 'docs/benchmarks'), { recursive: true });
  const before = await readFile(file, 'utf8').then(JSON.parse, () => ({ results: [] }));
  // Cases that were not run now keep what they had.
  const kept = before.results.filter(
    (old) => CASES.some((item) => item.name === old.name) && !results.some((now) => now.name === old.name),
  );
  const order = (result) => CASES.findIndex((item) => item.name === result.name);
  const all = [...kept, ...results].sort((a, b) => order(a) - order(b));
  await writeFile(file, `${JSON.stringify({ machine, results: all }, null, 2)}\n`);
  const page = join(ROOT, 'docs/benchmarks/index.md');
  const text = await readFile(page, 'utf8');
  const marks = /(<!-- results -->\n)[\s\S]*(<!-- \/results -->)/;
  await writeFile(
    page,
    text.replace(
      marks,
      (_, open, close) =>
        `${open}\n${machine.cores} cores (${machine.cpu}), ${machine.memory_gb} GB, Node ${machine.node}.\n\n${renderResults(all)}\n\n${close}`,
    ),
  );
}
process.exitCode = results.every((result) => result.met) ? 0 : 1;
