import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, runProcess } from '../measure.mjs';
import { DPONE, WORK } from '../workspace.mjs';

const dpone = (...args) => [process.execPath, DPONE, ...args];

/** A gate over three small pieces of evidence, against the same command that only says what it can do. */
const smallInput = {
  name: 'gate-small',
  group: 'gates',
  what: 'dpone ops release-gate over three artifacts',
  baseline: 'dpone ops release-gate --help',
  target: 'at most 50 ms more than the baseline',
  async run({ startRounds }) {
    const folder = join(WORK, 'gate-small');
    await mkdir(folder, { recursive: true });
    const names = ['a', 'b', 'c'];
    for (const name of names) await writeFile(join(folder, `${name}.json`), '{"passed":true}\n');
    const artifacts = names.flatMap((name) => ['--artifact', `${name}=${name}.json`]);
    const measured = await compare({
      rounds: startRounds,
      baseline: () => runProcess(dpone('ops', 'release-gate', '--help'), { cwd: folder }),
      subject: () => runProcess(dpone('ops', 'release-gate', '--release', 'v1', ...artifacts), { cwd: folder }),
    });
    return { ...measured, met: measured.subject_seconds - measured.baseline_seconds <= 0.05 };
  },
};

const FILES = 100_000;

async function manyArtifacts(count) {
  const folder = join(WORK, `artifacts-${count}`);
  if (existsSync(join(folder, 'done'))) return folder;
  for (let i = 0; i < count; i += 1) {
    if (i % 1000 === 0) await mkdir(join(folder, 'in', String(i / 1000)), { recursive: true });
    await writeFile(join(folder, 'in', String(Math.floor(i / 1000)), `${i}.json`), `{"passed":true,"n":${i}}\n`);
  }
  await writeFile(join(folder, 'done'), '');
  return folder;
}

/** Memory of an index over many files, against a tenth of them: what grows is the list that is written, nothing else. */
const manyFiles = {
  name: 'artifact-index-100k',
  group: 'gates',
  what: `dpone ops artifact-index over ${FILES.toLocaleString('en')} files`,
  baseline: '-',
  target: 'less than 400 MB',
  async run() {
    const folder = await manyArtifacts(FILES);
    const { seconds, peakBytes } = await runProcess(
      dpone('ops', 'artifact-index', '--root', 'in', '--format', 'text'),
      {
        cwd: folder,
        memory: true,
      },
    );
    const peak = peakBytes / 1024 / 1024;
    return { rows: FILES, subject_seconds: seconds, peak_mb: peak, met: peak < 400 };
  },
};

async function twoInputs(rows) {
  const folder = join(WORK, `diff-${rows}`);
  if (existsSync(join(folder, 'done'))) return folder;
  await mkdir(folder, { recursive: true });
  for (const [name, changed] of [
    ['source', -1],
    ['target', rows / 2],
  ]) {
    const lines = ['id,name,amount'];
    for (let id = 0; id < rows; id += 1) lines.push(`${id},name ${id},${id === changed ? 0 : id / 4}`);
    await writeFile(join(folder, `${name}.csv`), `${lines.join('\n')}\n`);
  }
  await writeFile(join(folder, 'done'), '');
  return folder;
}

const ROWS = 1_000_000;

/** A comparison of two files, one of whose rows differs, against the same with a quarter of the rows. */
const largeDiff = {
  name: 'diff-1m',
  group: 'gates',
  what: `dpone ops diff of two CSV files of ${ROWS.toLocaleString('en')} rows`,
  baseline: `the same of ${(ROWS / 4).toLocaleString('en')} rows`,
  target: 'memory at most 1.25 x that of the baseline',
  async run() {
    const measured = [];
    for (const rows of [ROWS / 4, ROWS]) {
      const folder = await twoInputs(rows);
      const side = (name) => JSON.stringify({ type: 'files', options: { path: `${name}.csv` } });
      const flags = ['--source', side('source'), '--target', side('target'), '--key', 'id', '--format', 'text'];
      // One row differs: red is the right answer.
      measured.push(await runProcess(dpone('ops', 'diff', ...flags), { cwd: folder, memory: true, codes: [1] }));
    }
    const [small, large] = measured;
    return {
      rows: ROWS,
      subject_seconds: large.seconds,
      baseline_seconds: small.seconds,
      times_baseline: large.seconds / small.seconds,
      peak_mb: large.peakBytes / 1024 / 1024,
      baseline_peak_mb: small.peakBytes / 1024 / 1024,
      met: large.peakBytes <= 1.25 * small.peakBytes,
    };
  },
};

export const GATE_CASES = [smallInput, manyFiles, largeDiff];
