import { expect } from 'chai';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { casesOf, chosenOf, type MatrixCase } from './cases/cases.js';
import type { Behaviour } from './cases/behaviour.js';
import { runCases } from './cases/run-cases.js';
import { settingsOf } from './cases/settings.js';
import { readRegistry } from './registry.js';
import { MODELS } from './strategies.js';
import type { System } from './system.js';
import { SYSTEMS } from './systems/index.js';

const registry = await readRegistry();
const all = casesOf(registry);
const NONE = { source: undefined, sink: undefined, strategy: undefined, case_id: undefined };
const MERGE = all.filter(({ case_id }) => case_id === 'duckdb_to_duckdb__incremental_merge');

describe('the cases of the matrix', function () {
  this.timeout(120_000);
  let project: TempProject;
  beforeEach(() => (project = tempProject()));
  afterEach(() => project.remove());

  it('are those that the installed plugins can carry, each once', () => {
    expect(new Set(all.map(({ case_id }) => case_id)).size).to.equal(all.length);
    const pairs = new Set(all.map(({ pair_id }) => pair_id));
    expect(pairs.size).to.equal(registry.sources.size * registry.sinks.size);
    // A model between no systems is tried elsewhere, and says so.
    const loaded = [...registry.strategies.keys()].filter((mode) => MODELS[mode]!.into?.length !== 0);
    for (const mode of loaded) expect(all.map(({ strategy }) => strategy)).to.include(mode);
  });

  it('are chosen by comma lists; what is empty or * chooses all; what there is not is refused', () => {
    const env = { DPONE_MATRIX_SOURCE: 'postgres, kafka', DPONE_MATRIX_SINK: '*', DPONE_MATRIX_STRATEGY: '' };
    const { chosen } = settingsOf({ DPONE_MATRIX_RUN_MODE: 'mock_local', ...env }, project.path);
    const ids = new Set(chosenOf(all, chosen).map(({ source }) => source));
    expect([...ids].sort()).to.deep.equal(['kafka', 'postgres']);
    expect(() => chosenOf(all, { ...NONE, sink: ['oracle'] })).to.throw('No case has the sink oracle.');
    expect(() => chosenOf(all, { ...NONE, source: ['files'], case_id: ['duckdb_to_files__full_refresh'] })).to.throw(
      'No case has all of what is chosen.',
    );
  });

  it('are not loaded from real servers before somebody agreed to it', () => {
    const refused = (env: object): string => {
      try {
        settingsOf({ ...env }, project.path);
        return 'not refused';
      } catch (error) {
        return (error as { where: string }).where;
      }
    };
    expect(refused({ DPONE_MATRIX_RUN_MODE: 'real_local', DPONE_RUN_INTEGRATION: '1' })).to.equal(
      'DPONE_RUN_INTEGRATION_MATRIX',
    );
    expect(refused({ DPONE_MATRIX_RUN_MODE: 'vendor_live' })).to.include('DPONE_RUN_INTEGRATION_LIVE');
    expect(refused({ DPONE_MATRIX_RUN_MODE: 'mock_contract' })).to.equal('DPONE_MATRIX_RUN_MODE');
    expect(refused({ DPONE_MATRIX_RUN_MODE: 'staging' })).to.equal('DPONE_MATRIX_RUN_MODE');
  });

  const load = async (cases: readonly MatrixCase[], system?: (one: System) => System): Promise<Behaviour[]> => {
    const told: Behaviour[] = [];
    const settings = settingsOf(
      { DPONE_MATRIX_ARTIFACT_DIR: 'out', DPONE_MATRIX_ROW_COUNT: '450', DPONE_MATRIX_RUN_ID: 'one' },
      project.path,
    );
    const systemOf = (id: string): System => {
      const found = SYSTEMS.find((one) => one.id === id)!;
      return system?.(found) ?? found;
    };
    await runCases({ settings, registry, cases, systemOf, missing: new Map(), told: (one) => told.push(one) });
    return told;
  };

  it('load as many rows as are asked for, and are green where target and model agree', async () => {
    const [behaviour] = await load(MERGE);
    expect(behaviour).to.deep.include({
      passed: true,
      blockers: [],
      run_id: 'one',
      configured_row_count: 450,
      target_before_count: 450,
      updated_row_count: 46,
      deleted_row_count: 22,
      // A merge adds what is new and does not see what is gone.
      expected_row_count: 472,
      actual_row_count: 472,
    });
    expect(behaviour!['actual_checksum'])
      .to.equal(behaviour!['expected_checksum'])
      .and.to.match(/^[0-9a-f]{64}$/);
    const file = readFileSync(project.file('out/duckdb_to_duckdb__incremental_merge__behavior.json'), 'utf8');
    expect(JSON.parse(file)).to.deep.equal(JSON.parse(JSON.stringify(behaviour)));
  });

  it('are red where one value of one row is another, and where a row is not there', async () => {
    const reading = (change: (rows: readonly object[]) => readonly object[]) => (one: System) => ({
      ...one,
      open: async (at: TempProject) => {
        const open = await one.open(at);
        return { ...open, rows: async (table: never) => change((await open.rows(table)) ?? []) as never };
      },
    });
    const [other] = await load(
      MERGE,
      reading((rows) => rows.map((row, i) => (i === 7 ? { ...row, c_bool: null } : row))),
    );
    expect(other).to.deep.include({ passed: false, actual_row_count: 472 });
    expect(other!.blockers).to.deep.equal(['matrix_behavior.not_passed:duckdb_to_duckdb__incremental_merge']);
    expect(other!['actual_checksum']).not.to.equal(other!['expected_checksum']);
    const [fewer] = await load(
      MERGE,
      reading((rows) => rows.slice(1)),
    );
    expect(fewer).to.deep.include({ passed: false, actual_row_count: 471, expected_row_count: 472 });
  });

  it('of certification-run are loaded by the runner, judged, reported, and packed', async () => {
    const main = fileURLToPath(new URL('cases/main.js', import.meta.url));
    const env = { DPONE_MATRIX_RUNNER: `"${process.execPath}" "${main}"` };
    const ops = (line: string) => dpone(['ops', ...line.split(' '), '--format', 'json'], { cwd: project.path, env });
    const run = await ops(
      'certification-run --mode mock_local --row-count 60 --source files --strategy full_refresh --artifact-dir out',
    );
    expect(run.code, run.stderr).to.equal(0);
    const report = JSON.parse(run.stdout) as { profile: string; passed: boolean; results: { case_id: string }[] };
    expect(report).to.include({ profile: 'mock_local', passed: true, case_count: 2 });
    expect(readdirSync(project.file('out')).sort()).to.deep.equal([
      'certification_report.json',
      'certification_report.md',
      ...report.results.map(({ case_id }) => `${case_id}__behavior.json`).sort(),
      'matrix_run.json',
    ]);
    // One file is gone: the record of the run still knows the case.
    rmSync(project.file('out/files_to_files__full_refresh__behavior.json'));
    const judged = await ops('integration-matrix-report --artifact-dir out --output-dir report');
    expect(judged.code).to.equal(1);
    expect((JSON.parse(judged.stdout) as { blockers: string[] }).blockers).to.deep.equal([
      'matrix_behavior.missing:files_to_files__full_refresh',
    ]);
  });
});
