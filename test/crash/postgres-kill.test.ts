import { PROTOCOL_STEPS } from '@dpone/engine';
import { freshDatabase } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { tempProject } from '../support/temp-project.js';
import { firstLoad } from './first-load.js';
import { expectCleanServer, query } from './postgres-shop.js';
import { POSTGRES_SCENARIOS } from './postgres-scenarios.js';
import { stepsOf } from './scenarios.js';

const RUN = ['run', 'orders.yml', '--format', 'json'];

describe('a load into Postgres killed (SIGKILL) at any step of the protocol', function () {
  this.timeout(60_000);
  for (const scenario of POSTGRES_SCENARIOS) {
    describe(scenario.name, () => {
      for (const step of stepsOf(PROTOCOL_STEPS, scenario)) {
        it(`killed at ${step}, the next run ends right`, async () => {
          await using db = await freshDatabase();
          const project = tempProject({ 'orders.yml': scenario.manifest(db.uri) });
          try {
            const { before, after } = scenario;
            if (before !== undefined) {
              for (const [name, content] of Object.entries(before.files ?? {})) project.write(name, content);
              if (before.sql !== undefined) await query(db.uri, before.sql);
              await firstLoad(project);
              if (before.afterwards !== undefined) await query(db.uri, before.afterwards);
            }
            for (const [name, content] of Object.entries(after.files ?? {})) project.write(name, content);
            if (after.sql !== undefined) await query(db.uri, after.sql);

            const killed = await dpone(RUN, { cwd: project.path, env: { DPONE_FAULT_AT: step } });
            expect(killed.signal, `the step was not reached: ${killed.stdout}${killed.stderr}`).to.equal('SIGKILL');

            const next = await dpone(RUN, { cwd: project.path });
            expect(next.code, next.stdout + next.stderr).to.equal(0);
            await expectCleanServer(project, db.uri, scenario.expected, scenario.rejected);
          } finally {
            project.remove();
          }
        });
      }
    });
  }
});
