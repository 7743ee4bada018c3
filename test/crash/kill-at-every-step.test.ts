import { cpSync, utimesSync } from 'node:fs';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { expectCleanEnd } from './evidence.js';
import { SCENARIOS, stepsOf } from './scenarios.js';

/** When the files of day 1 were written, in whole seconds. */
const DAY_1 = 1_767_225_600;

const RUN = ['run', 'orders.yml', '--format', 'json'];

describe('a load killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(60_000);
  for (const scenario of SCENARIOS) {
    describe(scenario.name, () => {
      // What the first day left is the same for every step: it is loaded once, and each step has a copy of the folder.
      let day1: TempProject;
      before(async () => {
        day1 = tempProject({ 'orders.yml': scenario.manifest, ...scenario.before });
        if (Object.keys(scenario.before).length === 0) return;
        // A copy keeps no nanoseconds, and a file that was taken is known by its time.
        for (const name of Object.keys(scenario.before)) utimesSync(day1.file(name), DAY_1, DAY_1);
        const first = await dpone(RUN, { cwd: day1.path });
        expect(first.code, first.stderr).to.equal(0);
      });
      after(() => day1.remove());

      for (const step of stepsOf(PROTOCOL_STEPS, scenario)) {
        it(`killed at ${step}, the next run ends right`, async () => {
          const project = tempProject();
          try {
            cpSync(day1.path, project.path, { recursive: true, preserveTimestamps: true });
            for (const [name, content] of Object.entries(scenario.after)) project.write(name, content);

            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');

            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await expectCleanEnd(project, scenario);
          } finally {
            project.remove();
          }
        });
      }
    });
  }
});
