import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { envDrift } from '@dpone/ops-release';
import type { GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

interface Difference {
  readonly path: string;
  readonly kind: string;
  readonly allowed: boolean;
  readonly source_value: unknown;
  readonly target_value: unknown;
}

describe('env-drift', () => {
  const w = inWorkspace();
  const compare = async (
    source: unknown,
    target: unknown,
    allowlist_path: readonly string[] = [],
    ending: string = 'json',
  ): Promise<GateReport & { differences: Difference[] }> => {
    await w.put(`s.${ending}`, source);
    await w.put(`t.${ending}`, target);
    return (await w.run(envDrift, {
      source_env: 'staging',
      target_env: 'production',
      source: `s.${ending}`,
      target: `t.${ending}`,
      allowlist_path,
      output_dir: 'out',
    })) as GateReport & { differences: Difference[] };
  };

  it('names every value that differs or is on one side only, by path', async () => {
    const report = await compare(
      { b: { host: 's', port: 1 }, a: [1, 2], n: null, same: { x: [{ y: 1 }] } },
      { b: { host: 'p' }, a: [2, 1], z: false, same: { x: [{ y: 1 }] } },
      ['b.host'],
    );
    expect(report.differences.map(({ path, kind, allowed }) => [path, kind, allowed])).to.eql([
      ['a', 'changed', false],
      ['b.host', 'changed', true],
      ['b.port', 'missing_in_target', false],
      ['n', 'missing_in_target', false],
      ['z', 'added_in_target', false],
    ]);
    expect(report.differences[2]).to.include({ source_value: 1, target_value: '<missing>' });
    expect(report.blockers).to.eql(['a', 'b.port', 'n', 'z']);
    expect(report).to.include({ allowed_drift_count: 1, blocking_drift_count: 4 });
  });

  for (const [source, target, same] of [
    ['{"a": 1}', '{"a": 1.0}', true],
    ['{"a": 0.10}', '{"a": 1e-1}', true],
    ['{"a": {"x": 1, "y": 2}}', '{"a": {"y": 2, "x": 1}}', true],
    ['{"a": [{"x": 1, "y": 2}]}', '{"a": [{"y": 2, "x": 1}]}', true],
    ['{"a": 1}', '{"a": true}', false],
    ['{"a": 1}', '{"a": "1"}', false],
    ['{"a": 9007199254740993}', '{"a": 9007199254740992}', false],
    ['{"a": 0.1}', '{"a": 0.1000000000000000055511151231257827}', false],
    ['{"a": {}}', '{}', false],
    ['{"a": {}}', '{"a": []}', false],
    ['{"a": null}', '{}', false],
    ['{"a": {"b": 1}, "a.b": 2}', '{"a": {"b": 9}, "a.b": 2}', false],
    ['{"a": {"b": 1}}', '{"a.b": 1}', false],
    ['[1]', '[2]', false],
    ['{}', '{}', true],
  ] as const) {
    it(`takes ${source} and ${target} for ${same ? 'the same' : 'different'}`, async () => {
      expect((await compare(source, target)).passed).to.equal(same);
    });
  }

  it('reads YAML like JSON, and an empty file as nothing', async () => {
    await w.put('t.json', '{"a": {"b": 12345678901234567890}}');
    await compare('a:\n  b: 12345678901234567890\n', 'a: {b: 12345678901234567890}\n', [], 'yaml').then((report) =>
      expect(report.passed).to.equal(true),
    );
    expect((await compare('', '# nothing\n', [], 'yml')).passed).to.equal(true);
  });

  it('allows exact paths and patterns, and names entries that nothing uses', async () => {
    const source = { a: { b: { c: 1 }, d: 1 }, 'x.y': 1, 'q*': 1 };
    const allowed = async (pattern: string): Promise<string[]> =>
      (await compare(source, {}, [pattern])).differences.filter((d) => d.allowed).map(({ path }) => path);
    expect(await allowed('a')).to.eql([]);
    expect(await allowed('a.*')).to.eql(['a.d']);
    expect(await allowed('a.**')).to.eql(['a.b.c', 'a.d']);
    expect(await allowed('**')).to.eql(['a.b.c', 'a.d', 'q*', 'x\\.y']);
    expect(await allowed('**.c')).to.eql(['a.b.c']);
    expect(await allowed('x\\.y')).to.eql(['x\\.y']);
    expect(await allowed('x.y')).to.eql([]);
    const report = await compare({ a: 1 }, { a: 2 }, ['a', 'b.*', 'c']);
    expect(report['warnings']).to.eql(['allowlist.unused:b.*', 'allowlist.unused:c']);
  });

  it('masks secrets, and lets one be told from another', async () => {
    const report = await compare(
      {
        db: { password: 'hunter2', url: 'pg://u:hunter2@a/x' },
        tokens: { a: 'hunter2' },
        hosts: [{ api_key: 'hunter2' }],
      },
      { db: { password: 'hunter3', url: 'pg://u:hunter2@b/x' }, tokens: { a: 'hunter4' }, hosts: [] },
    );
    expect(report.blockers).to.eql(['db.password', 'db.url', 'hosts', 'tokens.a']);
    for (const path of ['out/env_drift.json', 'out/env_drift.md']) expect(await w.read(path)).to.not.match(/hunter\d/);
    const password = report.differences[0]!;
    expect(password.source_value).to.match(/^\*\*\* \([0-9a-f]{4}\)$/);
    expect(password.source_value).to.not.equal(password.target_value);
  });

  it('refuses files that are missing, broken or no JSON, and repeats none of their text', async () => {
    await w.put('t.json', {});
    const given = { source_env: 's', target_env: 'p', target: 't.json' };
    for (const [name, content, code] of [
      ['gone.json', undefined, 'DPONE_FILE_NOT_FOUND'],
      ['bad.json', '{"password": "hunter2"', 'DPONE_INPUT_INVALID'],
      ['bad.yaml', 'password: [hunter2', 'DPONE_INPUT_INVALID'],
      ['twice.yaml', 'a: hunter2\na: 2\n', 'DPONE_INPUT_INVALID'],
      ['latin.json', new Uint8Array([0x22, 0xff, 0x22]), 'DPONE_INPUT_INVALID'],
      [
        'bomb.yaml',
        `a0: &a0 [x]\n${[...Array(20).keys()].map((i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`).join('\n')}`,
        'DPONE_INPUT_INVALID',
      ],
    ] as const) {
      if (content !== undefined) await w.put(name, content);
      await expectError(() => w.run(envDrift, { ...given, source: name }), [code]);
    }
  });

  it('finds no drift between a document and itself, and finds any change of a value', async () => {
    const key = fc.constantFrom('a', 'b', 'a.b', 'a\\.b', '', '__proto__');
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.dictionary(key, tie('node'), { maxKeys: 3 })),
    })).node;
    await fc.assert(
      fc.asyncProperty(tree, tree, async (a, b) => {
        expect((await compare(JSON.stringify(a), JSON.stringify(a))).passed).to.equal(true);
        expect((await compare(JSON.stringify(a), JSON.stringify(b))).passed).to.equal(canonical(a) === canonical(b));
      }),
      { numRuns: 60 },
    );
  });
});

/** Another way to the same answer: keys sorted. */
const canonical = (value: unknown): string =>
  typeof value !== 'object' || value === null
    ? JSON.stringify(value)
    : `{${Object.keys(value)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`)
        .join()}}`;
