import { expectError } from '@dpone/testkit';
import { expect } from 'chai';
import { industrialReadiness, preReleaseChecklist, productionMaturity, releaseEvidencePack } from '@dpone/ops-release';
import type { GateReport } from '@dpone/sdk';
import { inWorkspace } from '../support/workspace.js';

describe('evidence against a list of requirements', () => {
  const w = inWorkspace();
  beforeEach(async () => {
    await w.put('green.json', { passed: true });
    await w.put('red.json', { passed: false, blockers: ['x', { code: 'y' }] });
    await w.put('silent.json', { rows: 3 });
  });
  const named = (names: readonly string[], path: string): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, path]));

  describe('production-maturity', () => {
    const ALL = ['certification', 'cdc', 'performance', 'security', 'supply_chain', 'governance', 'docs'];
    const score = (artifact: object, more: object = {}): Promise<GateReport> =>
      w.run(productionMaturity, { release: 'v1', artifact, ...more });

    for (const [green, level, number] of [
      [7, 'ga_ready', 100],
      [6, 'release_candidate', 85.71],
      [5, 'blocked', 71.43],
      [0, 'blocked', 0],
    ] as const) {
      it(`is ${level} with ${green} of seven domains`, async () => {
        const report = await score(named(ALL.slice(0, green), 'green.json'));
        expect(report).to.include({ level, score: number, passed: green === 7 });
        expect(report.blockers).to.eql(ALL.slice(green).map((name) => `${name}.missing`));
      });
    }

    it('is a release candidate at four of five', async () => {
      const require = ['a', 'b', 'c', 'd', 'e', 'a'];
      const report = await score({ ...named(['a', 'b', 'c', 'd'], 'green.json'), e: 'red.json' }, { require });
      expect(report).to.include({ level: 'release_candidate', score: 80 });
      expect(report['required_domains']).to.eql(['a', 'b', 'c', 'd', 'e']);
      expect(report['waived']).to.eql(ALL);
    });

    it('warns of what is not required, and judges no file by its suffix', async () => {
      await w.put('note.txt', 'fine');
      const report = await score(
        { z: 'red.json', b: 'gone.json', a: 'green.json', s: 'silent.json' },
        { require: ['a'] },
      );
      expect(report).to.include({ passed: true, level: 'ga_ready' });
      expect(report['warnings']).to.eql(['b.missing', 'z.not_passed']);
      expect(report['silent']).to.eql(['s.no_verdict']);
      expect((report['items'] as { domain: string }[]).map(({ domain }) => domain)).to.eql(['a', 'b', 's', 'z']);
      expect((await score({ a: 'note.txt' }, { require: ['a'] })).blockers).to.eql(['a.not_passed']);
    });

    it('may be forbidden to waive', async () => {
      await w.put('policy.json', { forbid_waived: true });
      const report = await score({ docs: 'green.json' }, { require: ['docs'], policy: 'policy.json' });
      expect(report.blockers).to.eql(ALL.slice(0, -1).map((name) => `policy.waived:${name}`));
      expect(report['level']).to.equal('release_candidate');
    });
  });

  describe('industrial-readiness', () => {
    const score = (artifact: object, more: object = {}): Promise<GateReport> =>
      w.run(industrialReadiness, { release: 'v1', artifact, require: ['local_matrix'], ...more });

    it('keeps what is attached in its order, and blocks on any that is red', async () => {
      const report = await score({
        z: 'green.json',
        local_matrix: 'green.json',
        a: 'red.json',
        s: 'silent.json',
        g: 'gone.json',
      });
      const items = report['items'] as { domain: string; blockers: string[] }[];
      expect(items.map(({ domain }) => domain)).to.eql(['local_matrix', 'z', 'a', 's', 'g']);
      expect(report.blockers).to.eql(['a.not_passed', 'g.missing']);
      expect(items[2]!.blockers).to.eql(['x', '{\n  "code": "y"\n}'.replaceAll(/\s+/g, '')]);
      expect(items[4]!.blockers).to.eql(['g.missing']);
      expect(report['warnings']).to.eql(['s.no_verdict']);
      expect(report).to.include({ score: 100, level: 'release_candidate' });
    });

    for (const [what, content, blocker] of [
      ['no JSON', '{"passed":', 'artifact.unreadable'],
      ['a list', [1], 'artifact.non_object'],
    ] as const) {
      it(`says what is wrong with evidence that is ${what}`, async () => {
        await w.put('bad.json', content);
        const report = await score({ local_matrix: 'bad.json' });
        expect((report['items'] as { blockers: string[] }[])[0]!.blockers).to.eql([blocker]);
        expect(report.blockers).to.eql(['local_matrix.not_passed']);
      });
    }

    it('counts the matrix, and asks for cases', async () => {
      await w.put('m.json', {
        passed: true,
        cases: [
          { source: 'pg', sink: 'ch', strategy: 'replace', row_count: ' 50 ', wide_columns: 120 },
          { source: 'pg', sink: 'ms', strategy: 'merge', row_count: 7 },
          { source: 'x', row_count: 'many' },
          5,
        ],
      });
      const report = await score({ local_matrix: 'm.json' }, { case: ['pg:ch:replace', 'a:b:c', 'a:b:c'] });
      expect(report['matrix']).to.eql({
        total_cases: 3,
        min_row_count: 7,
        max_row_count: 50,
        max_column_count: 120,
        required_cases: ['pg:ch:replace', 'a:b:c', 'a:b:c'],
        covered_cases: ['pg:ch:replace', 'pg:ms:merge', 'x::'],
        missing_cases: ['a:b:c', 'a:b:c'],
      });
      expect(report.blockers).to.eql(['local_matrix.case_missing:a:b:c']);
      expect(report['score']).to.equal(100);
    });
  });

  describe('release-evidence-pack', () => {
    const pack = (artifact: object, more: object = {}): Promise<GateReport> =>
      w.run(releaseEvidencePack, { release: 'v1', artifact, require: ['a'], output_dir: 'out', ...more });
    const payloads = (report: GateReport): unknown[] =>
      (report['artifacts'] as { payload: unknown }[]).map(({ payload }) => payload);

    it('holds what every piece says, with secrets masked and numbers as they were written', async () => {
      const text =
        '{"passed": true, "token": "hunter2", "n": 12345678901234567890, "d": 0.1000000000000000055511151231257827}';
      await w.put('a.json', text);
      await w.put('bad.json', '{');
      const report = await pack({ a: 'a.json', b: 'bad.json', c: 'gone.json' });
      expect(report.blockers).to.eql(['b.not_passed', 'c.missing']);
      const [first, second, third] = payloads(report);
      expect(first).to.include({ token: '***', n: 12345678901234567890n });
      expect(await w.read('out/release_evidence_pack.json')).to.include('0.1000000000000000055511151231257827');
      expect(second).to.include({ passed: false });
      expect(third).to.eql({});
      expect(report['waived']).to.have.length(6);
    });

    it('leaves out what is very long', async () => {
      await w.put('a.json', { passed: true, rows: 'x'.repeat(70_000) });
      expect(payloads(await pack({ a: 'a.json' }))[0]).to.include({ left_out: true });
    });

    it('verifies a chain of evidence', async () => {
      await w.put('chain/evidence_chain_index.json', { entry_count: 0, latest_chain_hash: null, entries: [] });
      expect((await pack({ a: 'chain/evidence_chain_index.json' })).blockers).to.eql(['a.not_passed']);
    });
  });

  describe('pre-release-checklist', () => {
    const check = (check: object, more: object = {}): Promise<GateReport> =>
      w.run(preReleaseChecklist, { release: 'v1', release_type: 'patch', check, ...more });

    it('takes six words for yes, and any other for no', async () => {
      for (const word of ['1', 'TRUE', ' yes ', 'y', 'Passed', 'pass'])
        expect((await check({ documentation: word, package: word })).passed, word).to.equal(true);
      for (const word of ['', '0', 'no', 'ok', 'truely', 'n', 'yes please'])
        expect((await check({ documentation: 'yes', package: word })).blockers, word).to.eql(['package.not_passed']);
    });

    it('asks for the checks of its type, in their order, then for what else was made', async () => {
      const report = await check({ z: 'no', a: 'yes', package: 'yes' }, { release_type: undefined });
      const checks = report['checks'] as { name: string; required: boolean }[];
      expect(checks.map(({ name }) => name)).to.eql([
        'cli_commands',
        'run_cli',
        'run_python_api',
        'hierarchical_lineage',
        'source_sink_matrix',
        'contracts_guardrails',
        'documentation',
        'package',
        'a',
        'z',
      ]);
      expect(report.blockers.slice(-2)).to.eql(['documentation.missing', 'z.not_passed']);
      await expectError(() => check({}, { release_type: 'huge' }), ['DPONE_USAGE']);
    });
  });
});
