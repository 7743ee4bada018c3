import type { Behaviour } from '../../behaviour.js';
import { inCase } from '../../context.js';
import { expectError } from '../../expect-error.js';
import type { SinkScenario } from '../../scenario.js';
import { validConnector } from '../connector-definition.js';
import { bench, useSink } from './use-sink.js';

export const sinkDefinition: Behaviour<SinkScenario> = {
  id: 'sink.definition',
  title: 'the definition is whole, every option is described, and its example parses',
  run: async ({ definition, id }) => {
    validConnector(definition, 'sink', id);
    if (!definition.capabilities.ddl.includes('create_table'))
      throw new Error('capabilities.ddl lacks create_table: no first load is possible.');
    if (definition.capabilities.finalize.length === 0)
      throw new Error('capabilities.finalize is empty: nothing can be loaded.');
  },
};

export const sinkChecks: Behaviour<SinkScenario> = {
  id: 'sink.checks',
  title: 'check is green where a load works, and writes no target',
  run: (scenario) =>
    bench(scenario, async (b) => {
      const checks = await useSink(b, (sink) => sink.check());
      if (checks.length === 0) throw new Error('check() tried nothing.');
      const red = checks.find((check) => check.status === 'fail');
      if (red !== undefined) throw new Error(`check() is red where a load works: ${red.name}: ${red.message}`);
      if ((await scenario.rows(b.place, b.c)) !== null) throw new Error('check() made the target.');
    }),
};

export const sinkUnreachable: Behaviour<SinkScenario> = {
  id: 'sink.unreachable-is-named',
  title: 'a connection that leads nowhere is one error of who must act',
  applies: (scenario) => scenario.unreachable !== undefined,
  run: (scenario) =>
    inCase(scenario, async (c) => {
      const place = await scenario.unreachable!(c);
      await expectError(
        () => useSink({ scenario, c, place }, (sink) => sink.inspect()),
        [
          'DPONE_CONNECTION_FAILED',
          'DPONE_AUTH_FAILED',
          'DPONE_CONNECTION_INVALID',
          'DPONE_FILE_NOT_FOUND',
          'DPONE_TARGET_READ_ONLY',
        ],
      );
    }),
};
