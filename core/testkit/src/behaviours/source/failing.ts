import type { Behaviour } from '../../behaviour.js';
import { inCase } from '../../context.js';
import { expectError } from '../../expect-error.js';
import { orders } from '../../fixtures/domain.js';
import type { SourceScenario } from '../../scenario.js';
import { firstLane, held, readOnce, readRows, request, seeded, useSource } from './use-source.js';

export const missingIsNamed: Behaviour<SourceScenario> = {
  id: 'source.missing-is-named',
  title: 'what is not there is DPONE_SOURCE_NOT_FOUND, and check says so too',
  run: (scenario) =>
    inCase(scenario, async (c) => {
      const place = await scenario.missing(c);
      await expectError(
        () => useSource(scenario, c, place, (source) => readOnce(source, request(), c)),
        ['DPONE_SOURCE_NOT_FOUND'],
      );
      const checks = await useSource(scenario, c, place, (source) => source.check());
      if (!checks.some((check) => check.status === 'fail'))
        throw new Error('check() is green for a source that is not there.');
    }),
};

export const unreachableIsNamed: Behaviour<SourceScenario> = {
  id: 'source.unreachable-is-named',
  title: 'a connection that leads nowhere is one error of who must act',
  applies: (scenario) => scenario.unreachable !== undefined,
  run: (scenario) =>
    inCase(scenario, async (c) => {
      const place = await scenario.unreachable!(c);
      await expectError(
        () => useSource(scenario, c, place, (source) => readOnce(source, request(), c)),
        [
          'DPONE_CONNECTION_FAILED',
          'DPONE_AUTH_FAILED',
          'DPONE_CONNECTION_INVALID',
          'DPONE_FILE_NOT_FOUND',
          'DPONE_SOURCE_NOT_FOUND',
        ],
      );
    }),
};

export const checksGreen: Behaviour<SourceScenario> = {
  id: 'source.checks',
  title: 'check is green where a read works',
  run: (scenario) =>
    seeded(scenario, held(scenario, orders(1, 2)), async (c, place) => {
      const checks = await useSource(scenario, c, place, (source) => source.check());
      if (checks.length === 0) throw new Error('check() tried nothing.');
      const red = checks.find((check) => check.status === 'fail');
      if (red !== undefined) throw new Error(`check() is red where a read works: ${red.name}: ${red.message}`);
    }),
};

export const cancels: Behaviour<SourceScenario> = {
  id: 'source.cancels',
  title: 'a cancelled read ends and does not pass for a whole one',
  run: (scenario) =>
    seeded(scenario, held(scenario, orders(1, 50)), (c, place) =>
      useSource(scenario, c, place, async (source) => {
        const read = await source.open(request());
        try {
          const lane = firstLane(read);
          // What names files does no work that could be cancelled: the sink's engine does it.
          if (lane.transport === 'pull') return;
          c.cancel();
          const ended = await readRows(read, lane, c).then(
            (rows) => rows.length,
            () => 'failed',
          );
          if (ended === 50) throw new Error('A read that was cancelled before it began gave every row.');
        } finally {
          await read.close();
        }
      }),
    ),
};
