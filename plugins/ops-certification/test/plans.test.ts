import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { certificationAutomationPlan, liveCertificationPlan } from '@dpone/ops-certification';
import { BIN } from './support/cli.js';
import { Workspace } from './support/workspace.js';

interface Manifest {
  readonly commands: Readonly<
    Record<string, { readonly flags: Readonly<Record<string, { readonly required?: boolean }>> }>
  >;
}

const load = createRequire(import.meta.url);
const COMMANDS = Object.assign(
  {},
  ...['certification', 'evidence', 'quality', 'release', 'lineage'].map(
    (name) => (load(`../../ops-${name}/oclif.manifest.json`) as Manifest).commands,
  ),
) as Manifest['commands'];

/** `dpone ops x --flag`, as often as a line has it. */
const callsOf = (line: string): { id: string; flags: string[] }[] =>
  [...line.matchAll(/\bdpone ((?:[a-z][a-z-]* ?)+)((?:[^&>|]|'[^']*')*)/g)].map(([, words, rest]) => ({
    id: words!.trim().replaceAll(' ', ':'),
    flags: [...rest!.replaceAll(/'[^']*'/g, '').matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag!),
  }));

describe('the plans of a certification', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());

  it('call commands that there are, with flags that they have, and with all that they need', async () => {
    const plans = [
      await space.run(certificationAutomationPlan, {}),
      await space.run(liveCertificationPlan, {}),
      await space.run(liveCertificationPlan, { profile: 'vendor_live', include_vendor_live: true }),
    ];
    const calls = plans.flatMap(({ steps }) => steps.flatMap(({ command }) => callsOf(command)));
    // What they call of the CLI itself is run below.
    const own = calls.filter(({ id }) => !['check', 'init', 'run'].includes(id.split(':')[0]!));
    expect(own.length).to.be.greaterThan(20);
    for (const { id, flags } of own) {
      const command = COMMANDS[id];
      expect(command, id).not.to.equal(undefined);
      for (const flag of flags) expect(command!.flags, `${id} --${flag}`).to.have.property(flag);
      const needed = Object.entries(command!.flags).filter(([, { required }]) => required === true);
      expect(flags, id).to.include.members(needed.map(([flag]) => flag));
    }
  });

  it('of the automation runs as it is printed, and leaves what it says', async () => {
    const { steps } = await space.run(certificationAutomationPlan, { row_count: 5 });
    const dpone = join(space.cwd, 'dpone');
    await writeFile(dpone, `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
    await chmod(dpone, 0o755);
    for (const { name, command, artifacts } of steps) {
      expect(command, 'a figure that is typed').not.to.match(/(metrics|baseline|rows)-json (?!@)/);
      const { exit, output } = await shell(space.cwd, command);
      expect(exit, `${name}: ${output}`).to.equal(0);
      for (const artifact of artifacts)
        expect((await shell(space.cwd, `find test_artifacts -name ${artifact} | grep -q .`)).exit, artifact).to.equal(
          0,
        );
    }
  });

  it('are red where a load is slower than what was measured before', async () => {
    const { steps } = await space.run(certificationAutomationPlan, { row_count: 5 });
    const { command } = steps.find(({ name }) => name === 'benchmark_baseline')!;
    const gate = command.slice(command.lastIndexOf('dpone ops'));
    const [measured, baseline] = [...gate.matchAll(/@(\S+)/g)].map(([, path]) => join(space.cwd, path!));
    const run = (seconds: number): string =>
      JSON.stringify({ run_id: 'r', passed: true, result: { extracted_rows: 1000, duration_seconds: seconds } });
    const judged = async (before: string, now: string): Promise<number> => {
      for (const path of [measured!, baseline!]) await mkdir(dirname(path), { recursive: true });
      await writeFile(baseline!, before);
      await writeFile(measured!, now);
      return (await shell(space.cwd, gate.replace('dpone', `"${process.execPath}" "${BIN}"`))).exit;
    };
    expect(await judged(run(1), run(1.9))).to.equal(0);
    expect(await judged(run(1), run(2.1))).to.equal(1);
    expect(await judged(run(1), run(1).replace('true', 'false')), 'a run that failed has no speed').to.equal(1);
  });

  it('bring rows back into their range, and say when the vendor is left out', async () => {
    expect((await space.run(certificationAutomationPlan, { row_count: -5 })).row_count).to.equal(1);
    const vendor = await space.run(liveCertificationPlan, { profile: 'vendor_live', row_count: 100_001 });
    expect(vendor).to.deep.include({ row_count: 100_000, credentials_required: false, services: [] });
    expect(vendor.warnings).to.have.length(1);
    const ignored = await space.run(liveCertificationPlan, { include_vendor_live: true });
    expect(ignored.warnings).to.have.length(1);
  });
}).timeout(60_000);

const shell = (cwd: string, command: string): Promise<{ exit: number; output: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, PATH: `${cwd}:${process.env['PATH'] ?? ''}` };
    execFile('/bin/sh', ['-c', command], { cwd, env }, (error, stdout, stderr) => {
      resolve({
        exit: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        output: stdout + stderr,
      });
    });
  });
