import { join } from 'node:path';
import { laneRefuses, type Codec, type FileLane, type FileTarget } from '@dpone/sdk';
import type { Behaviour } from '../../behaviour.js';
import { sameRows } from '../../compare.js';
import { inCase, type Case } from '../../context.js';
import { expectError } from '../../expect-error.js';
import { allTypes } from '../../fixtures/all-types.js';
import { orders } from '../../fixtures/domain.js';
import { fromBatches, toBatches, type Fixture, type Row } from '../../fixtures/fixture.js';
import type { CodecScenario } from '../../scenario.js';
import { validDefinition } from '../valid-definition.js';

async function useCodec(scenario: CodecScenario, run: (codec: Codec, c: Case) => Promise<void>): Promise<void> {
  await inCase({}, async (c) => {
    const codec = await scenario.definition.create(c.ctx);
    try {
      await run(codec, c);
    } finally {
      await codec.close();
    }
  });
}

async function* batches(
  fixture: Fixture,
): AsyncGenerator<ReturnType<typeof toBatches> extends Generator<infer B> ? B : never> {
  for (const batch of toBatches(fixture)) yield await Promise.resolve(batch);
}

const target = (c: Case, lane: FileLane, name: string = 'data'): FileTarget => ({
  lane,
  path: join(c.workdir, `${name}.${lane}`),
  compression: 'none',
  format: {},
});

const readBack = async (codec: Codec, c: Case, at: FileTarget, fixture: Fixture): Promise<Row[]> =>
  fromBatches(codec.read({ ...at, paths: [at.path] }, fixture.schema, c.ctx.signal), fixture.schema);

const fixtureFor = (scenario: CodecScenario, lane: FileLane): Fixture =>
  allTypes((column) => laneRefuses(lane, column.type) === undefined && (scenario.holds?.(column) ?? true));

const bothWays = ({ definition }: CodecScenario): FileLane[] =>
  definition.reads.filter((lane) => definition.writes.includes(lane));

export const codecDefinition: Behaviour<CodecScenario> = {
  id: 'codec.definition',
  title: 'the definition is whole',
  run: async ({ definition }) => {
    validDefinition(definition, 'codec');
    if (definition.reads.length === 0 && definition.writes.length === 0)
      throw new Error('It neither reads nor writes a lane.');
  },
};

export const roundTrips: Behaviour<CodecScenario> = {
  id: 'codec.round-trips',
  title: 'extreme values of every type that a format can hold come back exactly',
  run: (scenario) =>
    useCodec(scenario, async (codec, c) => {
      for (const lane of bothWays(scenario)) {
        const fixture = fixtureFor(scenario, lane);
        const written = await codec.write(batches(fixture), fixture.schema, target(c, lane), c.ctx.signal);
        if (written.rows !== fixture.rows.length)
          throw new Error(`${lane}: ${written.rows} rows written, expected ${fixture.rows.length}.`);
        sameRows(await readBack(codec, c, target(c, lane), fixture), fixture.rows, fixture.schema.columns, lane);
      }
    }),
};

export const converts: Behaviour<CodecScenario> = {
  id: 'codec.converts',
  title: 'a converted file has the rows of the one it was made from',
  run: (scenario) =>
    useCodec(scenario, async (codec, c) => {
      const fixture = orders(1, 30);
      for (const from of bothWays(scenario)) {
        await codec.write(batches(fixture), fixture.schema, target(c, from, 'from'), c.ctx.signal);
        const given = target(c, from, 'from');
        for (const to of bothWays(scenario)) {
          const result = await codec.convert(
            {
              from: { ...given, paths: [given.path] },
              to: target(c, to, `to-${from}`),
              schema: fixture.schema,
              constants: [],
              badRows: 'fail',
            },
            c.ctx.signal,
          );
          if (result.rows !== 30 || result.rejected.length !== 0)
            throw new Error(`${from} to ${to}: ${result.rows} rows, ${result.rejected.length} rejected.`);
          sameRows(
            await readBack(codec, c, target(c, to, `to-${from}`), fixture),
            fixture.rows,
            fixture.schema.columns,
            `${from} to ${to}`,
          );
        }
      }
    }),
};

export const missingFile: Behaviour<CodecScenario> = {
  id: 'codec.missing-file-is-named',
  title: 'a file that is not there is one error that names it',
  run: (scenario) =>
    useCodec(scenario, async (codec, c) => {
      for (const lane of scenario.definition.reads) {
        const at = target(c, lane, 'not-there');
        const error = await expectError(() => codec.describe({ ...at, paths: [at.path] }));
        if (!`${error.message} ${error.where ?? ''}`.includes('not-there'))
          throw new Error(`The error does not name the file: ${error.message}`);
      }
    }),
};
