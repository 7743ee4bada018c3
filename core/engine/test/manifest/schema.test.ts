import { expect } from 'chai';
import { manifestJsonSchema, manifestReference } from '@dpone/engine';
import { errorOf, loadText, processOf, single } from './workspace.js';

interface Part {
  description?: string;
  properties?: Record<string, Part>;
  anyOf?: Part[];
  items?: Part;
  additionalProperties?: Part | boolean;
}

describe('the schema of manifests', () => {
  const typos: readonly (readonly [text: string, message: string, where: string])[] = [
    [
      'name: a\nsorce: {}\nsource: {type: files}\nsink: {type: x}\n',
      '"sorce" is no known key; did you mean "source"?',
      'm.yml:2:1',
    ],
    [
      single('', '  strategi: {mode: replace}\n'),
      'sink: "strategi" is no known key; did you mean "strategy"?',
      'm.yml:10:3',
    ],
    [single('', '  unique_key: id\n'), 'sink: "unique_key" is no known key; it belongs to sink.strategy', 'm.yml:10:3'],
    [
      single('', '  options:\n    schema_evolution:\n      mod: strict\n'),
      'sink.options.schema_evolution: "mod" is no known key; did you mean "mode"?',
      'm.yml:12:7',
    ],
    [
      single('', '  options: {lineage: {preste: off}}\n'),
      'sink.options.lineage: "preste" is no known key; did you mean "preset"?',
      'm.yml:10:23',
    ],
    [single('engine: {paralel: 2}\n'), 'engine: "paralel" is no known key; did you mean "parallel"?', 'm.yml:10:10'],
    [
      single('quality:\n  checks:\n    - {type: unique, colmns: [a]}\n'),
      'quality.checks[0]: "colmns" is no known key; did you mean "columns"?',
      'm.yml:12:22',
    ],
    [
      single('depends_on: [{pth: x.yml}]\n'),
      'depends_on[0]: "pth" is no known key; did you mean "path"?',
      'm.yml:10:15',
    ],
    [single('state: {tpe: file}\n'), 'state: "tpe" is no known key; did you mean "type"?', 'm.yml:10:9'],
    [
      single().replace('raw.orders', '{schma: a, name: b}'),
      'sink.table: "schma" is no known key; known are schema, name',
      'm.yml:9:11',
    ],
    [
      single('schemas: {}\n'),
      '"schemas" is no known key; it belongs to the batch form: add `kind: dpone.batch.v1`',
      'm.yml:10:1',
    ],
  ];
  for (const [text, message, where] of typos)
    it(`says: ${message}`, async () => {
      const error = await errorOf(loadText(text));
      expect(error.message).to.equal(message);
      expect([error.code, error.where]).to.deep.equal(['DPONE_MANIFEST_UNKNOWN_KEY', where]);
    });

  const values: readonly (readonly [text: string, message: string])[] = [
    ['source: {type: files}\nsink: {type: x}\n', 'name is missing'],
    ['name: a\nsink: {type: x}\n', 'source is missing'],
    ['name: a\nsource: {}\nsink: {type: x}\n', 'source.type is missing'],
    ['name: a b\nsource: {type: files}\nsink: {type: x}\n', 'name must be of letters'],
    ['name: [a]\nsource: {type: files}\nsink: {type: x}\n', 'name must be a text'],
    ['name: a\nsource: files\nsink: {type: x}\n', 'source must be a map'],
    [
      single('', '  options: {schema_contract: {enforcement: strictt}}\n'),
      'enforcement must be one of strict, coerce, quarantine, warn, not "strictt"; did you mean "strict"?',
    ],
    [single('engine: {memory_mb: 12}\n'), 'engine.memory_mb must be at least 64'],
    [single('engine: {parallel: many}\n'), 'engine.parallel must be a number'],
    [single('engine: {lanes: [cvs]}\n'), 'engine.lanes[0] must be one of'],
    [
      single('', '  options: {schema_evolution: {apply_safe: maybe}}\n'),
      'sink.options.schema_evolution.apply_safe must be true or false',
    ],
    [single().replace('raw.orders', 'a.b.c'), 'sink.table must be `name` or `schema.name`'],
    [single().replace('raw.orders', '{schema: a}'), 'sink.table.name is missing'],
    [single('depends_on: [{alias: x}]\n'), 'depends_on[0] needs `path` or `group`'],
    [single('quality: {checks: [{type: not_nul, column: a}]}\n'), 'did you mean "not_null"?'],
  ];
  for (const [text, message] of values)
    it(`says: ${message}`, async () => {
      const error = await errorOf(loadText(text));
      expect(error.message).to.contain(message);
      expect(error.code).to.equal('DPONE_MANIFEST_INVALID');
      expect(error.where).to.match(/^m\.yml:\d+:\d+$/);
    });

  it('lists all that is wrong in one error', async () => {
    const error = await errorOf(
      loadText('name: a\nsource: {type: files, tabel: x}\nsink: {type: duckdb, optoins: {}}\n'),
    );
    expect(error.message).to.match(/source: "tabel" .*; also m\.yml:3:22: sink: "optoins" .*did you mean "options"/);
  });

  it('takes an empty key as absent', async () => {
    const process = await processOf(
      'name: a\ndescription:\nsource: {type: files, options: }\nsink: {type: x, strategy: {mode: , unique_key: }, options: {lineage: , plugin_key: null}}\nquality:\n',
    );
    expect(process.sink.strategy).to.deep.equal({ mode: 'full_refresh', uniqueKey: [], options: {} });
    expect(process.sink.options).to.deep.equal({ plugin_key: null });
  });

  it('describes every key', () => {
    const missing: string[] = [];
    const visit = (part: Part | boolean | undefined, path: string): void => {
      if (typeof part !== 'object') return;
      for (const [key, inner] of Object.entries(part.properties ?? {})) {
        if ((inner.description ?? '') === '') missing.push(`${path}.${key}`);
        visit(inner, `${path}.${key}`);
      }
      for (const inner of [...(part.anyOf ?? []), part.items, part.additionalProperties]) visit(inner, path);
    };
    const { oneOf } = manifestJsonSchema() as unknown as { oneOf: Part[] };
    oneOf.forEach((form) => visit(form, ''));
    expect(missing).to.deep.equal([]);
  });

  it('gives the same JSON Schema and page every time, with every key in the page', () => {
    expect(JSON.stringify(manifestJsonSchema())).to.equal(JSON.stringify(manifestJsonSchema()));
    const page = manifestReference();
    expect(page).to.equal(manifestReference());
    for (const key of [
      'unique_key',
      'lock_timeout',
      'on_type_change',
      'dataset_pattern',
      'lookback_days',
      'physical_design',
    ])
      expect(page).to.contain(`\`${key}\``);
    expect(page).to.contain('| `lock_timeout` | number | `60` |');
  });
});
