import { readdirSync } from 'node:fs';
import type { PlanResult, ProcessResult } from '@dpone/engine';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const HOUR = 3_600_000;
const rows = (count: number, hoursAgo: number): string =>
  [
    'id,at',
    ...Array.from({ length: count }, (_, i) => `${i},${new Date(Date.now() - hoursAgo * HOUR).toISOString()}`),
  ].join('\n');

const manifest = (checks: string, extra = '', mode = 'incremental_append'): string => `
name: events
source:
  type: files
  options: {path: "in/*.csv", columns: [{name: id, type: bigint}, {name: at, type: timestamptz}]${extra}}
sink: {type: duckdb, connection: shop.duckdb, table: events, strategy: {mode: ${mode}}}
quality:
${checks}`;

describe('rules of volume and freshness, and rules that cannot be', function () {
  this.timeout(60_000);
  let at: TempProject;
  beforeEach(() => {
    at = tempProject({ 'in/a.csv': rows(10, 1) });
  });
  afterEach(() => at.remove());

  const run = async (): Promise<{ code: number | null; result: ProcessResult }> => {
    const { code, stdout, stderr } = await dpone(['run', 'events.yml', '--format', 'json'], { cwd: at.path });
    expect(stdout, stderr).to.match(/^\{/);
    return { code, result: JSON.parse(stdout) as ProcessResult };
  };

  it('a load is held against the median of those before it; what is red leaves the target alone', async () => {
    at.write(
      'events.yml',
      manifest('  checks: [{type: volume, min_ratio: 0.5, max_ratio: 2, min_loads: 2}]\n', '', 'full_refresh'),
    );
    const first = await run();
    expect(first.code, JSON.stringify(first.result)).to.equal(0);
    expect(first.result.quality[0]).to.include({ verdict: 'not_evaluated', kind: 'volume' });
    at.write('in/a.csv', rows(12, 1));
    expect((await run()).code).to.equal(0);
    at.write('in/a.csv', rows(4, 1));
    const red = await run();
    expect(red.code).to.equal(1);
    expect(red.result.result.errors[0]!.message).to.equal(
      'volume: 4 rows, and 11 in the median of 2 earlier loads: at least 0.5 and at most 2 times as many are wanted',
    );
    expect(red.result.result.errors[0]!.where).to.equal('events.yml:8:12 quality.checks[0]');
    const [count] = await queryDuckdb(at.file('shop.duckdb'), 'SELECT count(*)::INT AS n FROM events');
    expect(count).to.deep.equal({ n: 12 });
  });

  it('the newest value of a load, or without rows of the load before, must not be too old', async () => {
    const checks = '  checks: [{type: freshness, column: at, max_age: 3h}]\n';
    at.write('events.yml', manifest(checks, ', incremental_strategy: new_files'));
    const fresh = await run();
    expect(fresh.code, JSON.stringify(fresh.result)).to.equal(0);
    expect(fresh.result.quality[0]).to.include({ id: 'freshness.at', verdict: 'passed' });
    const nothingNew = await run();
    expect(nothingNew.code, JSON.stringify(nothingNew.result)).to.equal(0);
    expect(nothingNew.result.quality[0]).to.include({ verdict: 'passed', measured: fresh.result.quality[0]!.measured });
    at.write('in/b.csv', rows(3, 5));
    const stale = await run();
    expect(stale.code).to.equal(1);
    expect(stale.result.result.errors[0]!.message).to.match(/^freshness\.at: the newest value .* is 5 hours old/);
    at.write(
      'events.yml',
      manifest(
        '  checks: [{type: freshness, column: at, max_age: 1s, mode: warn}]\n',
        ', incremental_strategy: new_files',
      ),
    );
    const warned = await run();
    expect(warned.code).to.equal(0);
    expect(warned.result.warnings.join()).to.contain('quality: freshness.at: the newest value');
  });

  it('plan lists the rules, and writes nothing', async () => {
    at.write(
      'events.yml',
      manifest(
        '  checks:\n    - {type: range, column: id, min: 0, mode: warn}\n    - {type: volume, min_ratio: 0.5}\n',
      ),
    );
    const { code, stdout } = await dpone(['plan', 'events.yml', '--format', 'json'], { cwd: at.path });
    expect(code).to.equal(0);
    const plan = JSON.parse(stdout) as PlanResult & { quality: { checks: unknown } };
    expect(plan.quality.checks).to.deep.equal([
      { id: 'range.id', kind: 'predicate', on: 'warn', from: 'quality' },
      { id: 'volume', kind: 'volume', on: 'fail', from: 'quality' },
    ]);
    const text = await dpone(['plan', 'events.yml'], { cwd: at.path });
    expect(text.stdout).to.contain('range.id (warn)').and.to.contain('volume (fail)');
    expect(readdirSync(at.path)).not.to.include('.dpone');
  });

  const contract = (quality: string): string =>
    `apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: '1'\nstatus: active\nschema:\n  - name: events\n    properties:\n      - name: id\n        quality:\n          - ${quality}\n`;
  const REFUSED: readonly (readonly [string, string, string, string])[] = [
    ['an unknown metric', '  contract: c.yaml\n', contract('{metric: nullvalues, mustBe: 0}'), 'c.yaml:11:'],
    ['two operators', '  contract: c.yaml\n', contract('{metric: nullValues, mustBe: 0, mustNotBe: 1}'), 'c.yaml:11:'],
    ['a metric without values', '  contract: c.yaml\n', contract('{metric: invalidValues, mustBe: 0}'), 'c.yaml:11:'],
    [
      'a rule that is none',
      '  contract: {path: c.yaml, rules: {not_nul.id: warn}}\n',
      contract('{metric: nullValues, mustBe: 0}'),
      'c.yaml:',
    ],
    [
      'rows set aside for a service level',
      '  contract: {path: c.yaml, rules: {freshness.at: quarantine}}\n',
      `${contract('{metric: nullValues, mustBe: 0}')}      - name: at\nslaProperties:\n  - {property: freshness, value: 3, unit: h, element: events.at}\n`,
      'c.yaml:14:5 freshness.at',
    ],
    ['a missing contract', '  contract: d.yaml\n', '', 'd.yaml'],
    ['a contract that is no YAML', '  contract: c.yaml\n', 'a: [', 'c.yaml:'],
    ['text and a number', '  checks: [{type: range, column: id, min: abc}]\n', '', 'events.yml:8:'],
    ['freshness of a number', '  checks: [{type: freshness, column: id, max_age: 1h}]\n', '', 'events.yml:8:'],
  ];
  it('refuses, with the line and before anything is written, what no load can hold', async () => {
    for (const [what, checks, text, place] of REFUSED) {
      at.write('events.yml', manifest(checks));
      if (text !== '') at.write('c.yaml', text);
      const { code, result } = await run();
      expect(code, what).to.equal(2);
      expect(result.result.errors[0]!.where, what).to.match(new RegExp(`^${place.replaceAll('.', '\\.')}`));
      expect(readdirSync(at.path), what).not.to.include('.dpone');
    }
  });
});
