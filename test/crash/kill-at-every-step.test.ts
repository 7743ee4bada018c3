import { PROTOCOL_STEPS } from '@dpone/engine';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { tempProject } from '../support/temp-project.js';
import { expectCleanEnd } from './evidence.js';
import { SCENARIOS, stepsOf } from './scenarios.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];

describe('a load killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(60_000);
  for (const scenario of SCENARIOS) {
    describe(scenario.name, () => {
      for (const step of stepsOf(PROTOCOL_STEPS, scenario)) {
        it(`killed at ${step}, the next run ends right`, async () => {
          const project = tempProject({ 'orders.yml': scenario.manifest, ...scenario.before });
          try {
            if (Object.keys(scenario.before).length > 0) {
              const first = await dpone(RUN, { cwd: project.path });
              expect(first.code, first.stderr).to.equal(0);
            }
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
