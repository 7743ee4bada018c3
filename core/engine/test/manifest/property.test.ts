import { expect } from 'chai';
import fc from 'fast-check';
import { isDponeError } from '@dpone/sdk';
import { stringify } from 'yaml';
import { errorOf, loadText, single } from './workspace.js';

/** Words of the vocabulary among any others, so that values reach deep into the schema. */
const word = fc.constantFrom(
  'name',
  'kind',
  'source',
  'sink',
  'type',
  'options',
  'table',
  'strategy',
  'mode',
  'unique_key',
  'schemas',
  'tables',
  'defaults',
  'vars',
  'naming',
  'lineage',
  'state',
  'engine',
  'quality',
  'checks',
  'depends_on',
  'dpone.batch.v1',
  '{{ a }}',
  '{% if %}',
  '${A}',
  '${',
  'off',
  '__proto__',
  'constructor',
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(word, fc.string()), tie('any'), { maxKeys: 5 }),
  ),
})).any;

/** Loads and throws whatever is thrown that is no error of dpone. */
async function harmless(load: Promise<unknown>): Promise<void> {
  try {
    await load;
  } catch (error) {
    if (!isDponeError(error) || error.code === 'DPONE_INTERNAL') throw error;
  }
}

describe('whatever a manifest holds', () => {
  it('as JSON, reading it ends well or with an error of dpone', () =>
    fc.assert(
      fc.asyncProperty(value, (document) => harmless(loadText(JSON.stringify(document)))),
      { numRuns: 300 },
    ));

  it('as a process with anything in any place, too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(word, value),
        fc.dictionary(word, value),
        fc.dictionary(word, value),
        (top, source, sink) =>
          harmless(
            loadText(
              stringify({
                ...top,
                name: 'a',
                kind: 'dpone.single.v1',
                source: { type: 'files', ...source },
                sink: { type: 'x', ...sink },
              }),
            ),
          ),
      ),
      { numRuns: 300 },
    ));

  it('as a batch with anything in any place, too', () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(word, value), value, value, (top, defaults, table) =>
        harmless(
          loadText(
            JSON.stringify({ ...top, kind: 'dpone.batch.v1', defaults, schemas: { s: { tables: [table, 't'] } } }),
          ),
        ),
      ),
      { numRuns: 300 },
    ));

  it('as text that may be YAML, too', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...Array.from('ab:-{}[]&*!|>\'"#%@`,? \n\t<~.0')) }), (text) =>
        harmless(loadText(text)),
      ),
      { numRuns: 500 },
    ));

  it('as any template, too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({
          unit: fc.constantFrom(...Array.from('{}%#ab|.()[]"\' ~+-=!,'), '{{', '}}', '{%', '%}', 'if ', 'for ', 'set '),
        }),
        (text) =>
          harmless(
            loadText(
              JSON.stringify({
                kind: 'dpone.batch.v1',
                vars: { a: [1], b: { a: 'x' } },
                defaults: { name: 'n', description: text, source: { type: 'f' }, sink: { type: 'x' } },
                schemas: { s: { tables: ['t'] } },
              }),
            ),
          ),
      ),
      { numRuns: 500 },
    ));

  it('a key of the engine with one letter changed is answered with the key', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom('lock_timeout', 'memory_mb', 'parallel', 'executor'),
        fc.nat(),
        async (key, at) => {
          const i = at % key.length;
          const typo = `${key.slice(0, i)}q${key.slice(i + 1)}`;
          const error = await errorOf(loadText(single(`engine: {${typo}: 1}\n`)));
          expect(error.code).to.equal('DPONE_MANIFEST_UNKNOWN_KEY');
          expect(error.message).to.contain(`did you mean "${key}"?`);
        },
      ),
      { numRuns: 60 },
    ));
});
