import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from '../architecture/packages.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { WORKFLOWS, type Job, type Workflow } from './workflows.js';

/**
 * Stands in for npm and npx: what they would run has to be there, with the flags that it is given. What takes minutes is
 * not run; the files that later steps read are put there, green. `matrix` runs, on few cases.
 */
const NPM = `
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
const [root, program, ...words] = process.argv.slice(2);
const die = (why) => { console.error('stand-in of ' + program + ': ' + why); process.exit(9); };
const put = (path, text = '{"passed":true,"summary":"stand-in"}') => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text); };
const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
const flag = (name) => { const at = words.indexOf('--' + name); return at < 0 ? undefined : words[at + 1]; };
if (program === 'npx') {
  if (words[0] !== 'changeset' || !['status', 'publish'].includes(words[1])) die('what is ' + words.join(' '));
} else if (words[0] === 'pack') put(join(flag('pack-destination'), 'dpone-0.1.0.tgz'), 'packed');
else if (words[0] === 'sbom') console.log('{"bomFormat":"CycloneDX"}');
else if (words[0] === 'start') { if (scripts.start === undefined) die('no start'); }
else if (words[0] === 'run') {
  const name = words.find((word, i) => i > 0 && !word.startsWith('-'));
  if (scripts[name] === undefined) die('package.json has no script ' + name);
  const entry = scripts[name].split(' ').find((word) => /\\.m?js$/.test(word) && !word.startsWith('.ci'));
  if (entry !== undefined && !existsSync(join(root, entry))) die(name + ' runs ' + entry + ', which is not there');
  const after = words.indexOf('--') < 0 ? [] : words.slice(words.indexOf('--') + 1);
  const source = entry === undefined ? '' : readFileSync(join(root, entry), 'utf8');
  for (const one of after.filter((word) => word.startsWith('--')))
    if (!source.includes("'" + one.slice(2) + "'") && !new RegExp('\\\\b' + one.slice(2) + ':').test(source)) die(name + ' has no flag ' + one);
  const out = flag('output-dir');
  if (name === 'matrix') process.exitCode = spawnSync(process.execPath, [join(root, entry)], { stdio: 'inherit' }).status;
  if (name === 'certify:state') for (const one of ['state', 'reconciliation']) put(join(out, one + '_evidence.json'));
  if (name === 'certify:state') put(join(out, 'replay_evidence.json'), '{"passed":true,"status":"executed","state_committed":true}');
  if (name === 'certify:connectors') for (const one of ['files', 'duckdb']) put(join(out, one + '.json'));
  if (name === 'certify:connectors') put(join(out, 'connector_certification.json'), '{"passed":true,"connectors":{},"results":[]}');
  if (name === 'certify:measure') put(join(out, 'metrics.json'), '{"throughput_rows_per_second":300000,"speed_of_baseline":1,"duration_seconds":5,"memory_peak_mb":200,"failure_rate":0}');
  if (name === 'certify:domains') for (const one of flag('domains').split(',')) put(join(out, one + '.json'));
  if (name === 'certify') put('test_artifacts/live_certification/release-evidence/release_evidence_pack.json');
  if (name === 'certify:full') put('test_artifacts/full_certification/automation/certification_automation_plan.json');
} else die('what is ' + words.join(' '));
`;

/** As the store of the repository's secrets has one. */
const KEY = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const rank = (name: string): number => (name === 'certification-release-summary' ? 1 : 0);

describe('every command of the workflows', function () {
  this.timeout(300_000);
  let project: TempProject;
  before(() => {
    project = tempProject({ 'bin/npm.mjs': NPM, summary: '', path: '' });
    for (const program of ['npm', 'npx'])
      script(program, `exec "${process.execPath}" "${project.file('bin/npm.mjs')}" "${root}" ${program} "$@"`);
    script('dpone', `exec "${process.execPath}" "${join(root, 'core/cli/bin/dpone.js')}" "$@"`);
    for (const kept of ['test/certification/limits', 'package.json']) {
      mkdirSync(dirname(project.file(kept)), { recursive: true });
      cpSync(join(root, kept), project.file(kept), { recursive: true });
    }
    mkdirSync(project.file('.ci'));
    symlinkSync('/bin/true', project.file('.ci/run'));
  });
  after(() => project.remove());

  const script = (name: string, line: string): void => {
    writeFileSync(project.file(`bin/${name}`), `#!/bin/sh\n${line}\n`);
    chmodSync(project.file(`bin/${name}`), 0o755);
  };

  // The summary reads what the other three have left, so it comes after them.
  const order = [...WORKFLOWS.keys()].sort((a, b) => rank(a) - rank(b));
  for (const name of order)
    for (const [id, job] of Object.entries(WORKFLOWS.get(name)!.jobs))
      it(`${name}: ${id}`, () => {
        const env = variablesOf(WORKFLOWS.get(name)!, job, project);
        for (const { run } of job.steps) {
          if (run === undefined) continue;
          const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', run], {
            cwd: project.path,
            encoding: 'utf8',
            env,
          });
          expect(status, `${run}\n${stdout}\n${stderr}`.slice(-3000)).to.equal(0);
        }
        for (const { uses, with: given } of job.steps)
          if (uses?.startsWith('actions/upload-artifact@'))
            expect(existsSync(project.file(String(given!['path']))), `uploads ${String(given!['path'])}`).to.equal(
              true,
            );
      });

  it('set-up runs what package.json has', () => {
    const text = readFileSync(join(root, '.github/actions/setup/action.yml'), 'utf8');
    expect(text).to.include('npm run --silent setup');
    expect(readFileSync(join(root, 'package.json'), 'utf8')).to.include('"setup":');
  });
});

/** The environment of a job: each input by its default, few rows, and cases that need no server. */
function variablesOf({ on }: Workflow, job: Job, project: TempProject): NodeJS.ProcessEnv {
  const inputs = on.workflow_dispatch?.inputs ?? {};
  const valueOf = (text: string): string =>
    text.replace(/\$\{\{ (.+?) \}\}/g, (_, expression: string) => {
      const name = /^inputs\.(\w+)/.exec(expression)?.[1];
      if (expression === 'secrets.DPONE_SIGNING_KEY') return KEY;
      if (name === undefined) return expression.startsWith('secrets.') ? '' : 'run-1';
      expect(inputs, `input of ${text}`).to.have.property(name);
      return String(inputs[name]!.default ?? '') || (/'([^']+)'$/.exec(expression)?.[1] ?? '');
    });
  const own = Object.fromEntries(Object.entries(job.env ?? {}).map(([name, text]) => [name, valueOf(String(text))]));
  return {
    ...process.env,
    PATH: [project.file('bin'), process.env['PATH']].join(delimiter),
    GITHUB_STEP_SUMMARY: project.file('summary'),
    GITHUB_PATH: project.file('path'),
    GITHUB_REPOSITORY: 'dpone/dpone',
    GITHUB_SHA: '0'.repeat(40),
    ...own,
    ...(own['ROW_COUNT'] === undefined ? {} : { ROW_COUNT: '20' }),
    ...(own['RELEASE'] === '' ? { RELEASE: 'v1' } : {}),
    DPONE_MATRIX_SOURCE: 'duckdb',
    DPONE_MATRIX_SINK: 'duckdb',
    DPONE_MATRIX_STRATEGY: 'incremental_merge',
  };
}
