import type { Codec, CodecDefinition, RowBatch } from '@dpone/sdk';
import { CODEC_BEHAVIOURS, conformance, type CodecScenario } from '@dpone/testkit';
import { linesCodec } from '../systems/lines-codec.js';
import { catches } from './catches.js';

const define = (change: Partial<CodecDefinition>): CodecScenario => ({
  kind: 'codec',
  id: 'lines',
  definition: { ...linesCodec, ...change },
});
const codec = (change: (given: Codec) => Partial<Codec>): CodecScenario =>
  define({
    create: async (ctx) => {
      const given = await linesCodec.create(ctx);
      return { ...given, ...change(given) };
    },
  });

describe('a codec that is whole', () => {
  for (const c of conformance(define({}))) it(c.name, c.run);
});

describe('codec behaviours catch broken codecs', () => {
  catches<CodecScenario>(CODEC_BEHAVIOURS, [
    {
      behaviour: 'codec.definition',
      how: 'does nothing',
      scenario: define({ reads: [], writes: [] }),
      says: /neither reads nor writes/,
    },
    {
      behaviour: 'codec.round-trips',
      how: 'takes 64-bit integers through a double',
      scenario: codec((given) => ({
        read: async function* (...args): AsyncGenerator<RowBatch> {
          for await (const b of given.read(...args))
            yield {
              ...b,
              columns: b.columns.map((c) => c.map((v) => (typeof v === 'bigint' ? BigInt(Number(v)) : v))),
            };
        },
      })),
      says: /unexpected/,
    },
    {
      behaviour: 'codec.converts',
      how: 'says fewer rows than it wrote',
      scenario: codec((given) => ({ convert: async (...args) => ({ ...(await given.convert(...args)), rows: 29 }) })),
      says: /29 rows/,
    },
    {
      behaviour: 'codec.missing-file-is-named',
      how: 'crashes',
      scenario: codec(() => ({ describe: () => Promise.reject(new Error('ENOENT')) })),
      says: /something else was thrown/,
    },
  ]);
});
