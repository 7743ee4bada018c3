import { conformance, expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { schemaInfer } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

describe('schema infer', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'schema-infer',
    definition: schemaInfer,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/s.json`, JSON.stringify([{ name: 'id', type: 'int' }]));
      return { input: { source: 's.json' }, evidence: ['s.json'] };
    },
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const types = async (rows: string, given: object = {}): Promise<Record<string, string>> => {
    await space.put('r.jsonl', rows);
    const { columns } = await space.run(schemaInfer, { rows: 'r.jsonl', ...given });
    return Object.fromEntries(Object.entries(columns).map(([name, { logical_type }]) => [name, logical_type]));
  };

  it('reads a list or lines, in the order of the document', async () => {
    expect(Object.keys(await types('{"z":1,"a":2}\n\n{"m":3}\n'))).to.eql(['z', 'a', 'm']);
    expect(Object.keys(await types('[{"z":1,"a":2},{"m":3}]'))).to.eql(['z', 'a', 'm']);
  });

  it('takes numbers for numbers and codes for text', async () => {
    expect(
      await types(
        '{"i":1,"big":9007199254740993,"f":1.5,"d":"10.50","zip":"01234","long":"' +
          '1'.repeat(39) +
          '","zero":"0.5","at":"2026-01-01T00:00:00Z","b":true,"j":{"a":1},"l":[1],"t":"x"}',
      ),
    ).to.eql({
      i: 'integer',
      big: 'integer',
      f: 'float',
      d: 'decimal',
      zip: 'string',
      long: 'string',
      zero: 'decimal',
      at: 'timestamp',
      b: 'boolean',
      j: 'json',
      l: 'array',
      t: 'string',
    });
  });

  it('is unsure where kinds mix, and says so', async () => {
    await space.put('r.jsonl', '{"a":1}\n{"a":"x"}\n{"a":null}');
    const { columns, warnings, profiles } = await space.run(schemaInfer, { rows: 'r.jsonl' });
    expect(columns['a']).to.include({ logical_type: 'string', confidence: 0.75, nullable: true });
    expect(warnings).to.eql(['a: inference confidence 0.75 below threshold']);
    expect(profiles['a']).to.deep.include({ row_count: 3, null_count: 1, distinct_count: 2, distinct_ratio: 1 });
  });

  it('believes the contract more than the source, and that more than rows', async () => {
    await space.put(
      'm.yml',
      `source: {type: rest, options: {columns: {a: int, b: timestamptz}}}
sink: {type: postgres, options: {schema_contract: {columns: {a: {type: decimal, precision: 12, scale: 2, nullable: false}}}}}
`,
    );
    await space.put('r.jsonl', '{"a":"x","b":"x","c":1}');
    const { columns } = await space.run(schemaInfer, { manifest: 'm.yml', rows: 'r.jsonl' });
    expect(Object.values(columns).map((c) => [c.name, c.logical_type, c.decision_source])).to.eql([
      ['a', 'decimal', 'schema_contract'],
      ['b', 'timestamp', 'source_metadata'],
      ['c', 'integer', 'sample_profile'],
    ]);
    expect(columns['a']).to.include({ precision: 12, scale: 2, nullable: false });
    expect(columns['b']).to.include({ timezone: true });
  });

  for (const [what, rows] of [
    ['a row that is none', '[1]'],
    ['no JSON', '{"a":'],
  ] as const)
    it(`refuses ${what}`, () => expectError(() => types(rows), ['DPONE_INPUT_INVALID']));

  it('refuses options that are none', async () => {
    await space.put(
      'm.yml',
      'source: {type: a}\nsink: {type: b, options: {type_inference: {conflict_policy: guess}}}\n',
    );
    const error = await expectError(() => space.run(schemaInfer, { manifest: 'm.yml' }), ['DPONE_MANIFEST_INVALID']);
    expect(error.message).to.include('sink.options.type_inference.conflict_policy');
  });
});
