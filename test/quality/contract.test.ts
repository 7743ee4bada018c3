import { readFileSync } from 'node:fs';
import type { ProcessResult } from '@dpone/engine';
import { clickhouseMissing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { skipWithout } from '../support/skip-without.js';
import { TARGETS, type Target } from '../support/targets.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - name: id
        logicalType: integer
        primaryKey: true
        logicalTypeOptions: {minimum: 1, format: i64}
      - name: code
        logicalType: string
        required: true
        unique: true
        logicalTypeOptions: {pattern: '^[A-Z]{2}-\\d+$', minLength: 4, maxLength: 8, format: hostname}
      - name: amount
        logicalType: number
        logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000000.5}
        quality:
          - {type: sql, name: largest, query: 'SELECT max(\${property}) FROM \${object};', mustBeLessThan: 100}
          - {metric: nullValues, unit: percent, mustBeLessThan: 50, name: amount_there, severity: warning}
      - name: state
        quality:
          - {metric: invalidValues, arguments: {validValues: [new, paid]}, mustBe: 0}
          - {metric: missingValues, arguments: {missingValues: ['', n/a]}, mustBeLessOrEqualTo: 1}
      - name: at
        logicalType: timestamp
        logicalTypeOptions: {minimum: '2020-01-01T00:00:00Z'}
      - name: mail
        logicalType: string
        logicalTypeOptions: {format: email}
      - name: ref
        logicalType: string
        logicalTypeOptions: {format: uuid}
    quality:
      - {metric: rowCount, mustBeBetween: [2, 100]}
      - {metric: duplicateValues, arguments: {properties: [code, state]}, mustBe: 0}
      - {type: text, description: Orders are real., name: real}
      - {type: sql, query: 'SELECT count(*) FROM \${object} WHERE amount < 0', mustBe: 0, name: no_debt}
`;

const LEVELS = `slaProperties:
  - {property: latency, value: 20000, unit: d, element: orders.at}
  - {property: retention, value: 3, unit: y, element: orders.at}
  - {property: freshness, value: 1, unit: d, element: orders.nothing}
`;
const REF = '0b8f1d2e-4c6a-4f7b-9a3d-5e6f7a8b9c0d';

const COLUMNS =
  '[{name: id, type: bigint}, {name: code, type: text}, {name: amount, type: "decimal(12,2)"}, {name: state, type: text}, {name: at, type: timestamp}, {name: mail, type: text}, {name: ref, type: text}]';
const GOOD = `id,code,amount,state,at,mail,ref\n1,AB-1,1.50,new,2026-01-01 10:00:00,ada@example.org,${REF}\n2,AB-22,0.00,paid,2026-01-02 10:00:00,,\n3,CD-3,,new,2026-01-03 10:00:00,g.h+x@mail.example.org,${REF.toUpperCase()}\n`;
/** Each of the last four rows breaks a rule of its own. */
const BAD = `${GOOD}4,AB-1,2.00,new,2026-01-03 10:00:00,,\n5,xx,3.00,new,2026-01-03 10:00:00,,\n6,EF-6,-1.00,new,2026-01-03 10:00:00,,\n7,EF-7,100.00,lost,2019-01-03 10:00:00,ada,12\n`;

const idsIn = async (target: Target): Promise<unknown[]> => (await target.rows(['id'])).map((row) => row['id']);

for (const [name, open] of Object.entries(TARGETS))
  describe(`an Open Data Contract in a load into ${name}`, function () {
    this.timeout(120_000);
    let at: TempProject;
    let target: Target;
    before(async function () {
      if (name === 'clickhouse') skipWithout(this, await clickhouseMissing());
      at = tempProject({ 'contracts/orders.yaml': CONTRACT + LEVELS, 'in/orders.csv': GOOD });
      target = await open(at);
    });
    after(async () => {
      await target?.close();
      at?.remove();
    });

    const run = async (contract: string): Promise<{ code: number | null; result: ProcessResult }> => {
      at.write(
        'orders.yml',
        `name: orders
source: {type: files, options: {path: in/orders.csv, columns: ${COLUMNS}}}
sink: {${target.sink}, strategy: {mode: full_refresh}}
quality:
  contract: ${contract}
`,
      );
      const { code, stdout, stderr } = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path });
      expect(stdout, stderr).to.match(/^\{/);
      return { code, result: JSON.parse(stdout) as ProcessResult };
    };
    const verdicts = ({ quality }: ProcessResult): Record<string, string> =>
      Object.fromEntries(quality.map(({ id, verdict }) => [id, verdict]));

    it('lists what every rule came to, and says which ones a load does not evaluate', async () => {
      const { code, result } = await run('contracts/orders.yaml');
      expect(code, JSON.stringify(result)).to.equal(0);
      const { 'quality.real': real, 'freshness.2': level, ...others } = verdicts(result);
      expect([real, level]).to.deep.equal(['not_evaluated', 'not_evaluated']);
      expect(new Set(Object.values(others))).to.deep.equal(new Set(['passed']));
      expect(Object.keys(others)).to.include.members([
        'not_null.id',
        'unique.id',
        'unique.code',
        'pattern.code',
        'min_length.code',
        'logical_type.at',
        'quality.amount_there',
        'format.code',
        'format.mail',
        'quality.no_debt',
        'latency.at',
        'quality.rowCount.0',
      ]);
      expect(result.quality.find(({ id }) => id === 'quality.rowCount.0')).to.include({ measured: 3, violations: 0 });
      expect(result.quality.find(({ id }) => id === 'quality.largest')).to.include({ measured: 1.5, violations: 0 });
      expect(result.warnings.join('\n')).to.contain('real is not evaluated: a sentence is for people to judge');
      expect(await idsIn(target)).to.deep.equal(['1', '2', '3']);
    });

    it('a red rule keeps everything out of the target, and names its line', async () => {
      at.write('in/orders.csv', BAD);
      const { code, result } = await run('contracts/orders.yaml');
      expect(code).to.equal(1);
      const [error] = result.result.errors;
      expect(error).to.include({ code: 'DPONE_QUALITY_FAILED' });
      expect(error!.where).to.match(/^contracts\/orders\.yaml:\d+:\d+$/);
      const red = result.quality.filter(({ verdict }) => verdict === 'failed');
      expect(Object.fromEntries(red.map(({ id, violations }) => [id, violations]))).to.deep.equal({
        'unique.code': 1,
        'pattern.code': 1,
        'min_length.code': 1,
        'minimum.amount': 1,
        'quality.invalidValues.state.0': 1,
        'minimum.at': 1,
        'quality.duplicateValues.1': 1,
        'format.mail': 1,
        'format.ref': 1,
        'quality.largest': 1,
        'quality.no_debt': 1,
      });
      expect(await idsIn(target)).to.deep.equal(['1', '2', '3']);
    });

    it('sets rows aside, one rule at a time judged otherwise, and loads the rest', async () => {
      const { code, result } = await run(
        '{path: contracts/orders.yaml, mode: quarantine, rules: {quality.duplicateValues.1: warn, unique.code: quarantine, minimum.at: skip}}',
      );
      expect(code, JSON.stringify(result)).to.equal(0);
      expect(await idsIn(target)).to.deep.equal(['2', '3']);
      expect(result.result).to.include({ extracted_rows: 7, rejected_rows: 5, final_rows: 2 });
      expect(verdicts(result)).to.include({ 'pattern.code': 'quarantined', 'quality.duplicateValues.1': 'passed' });
      expect(verdicts(result)).not.to.have.property('minimum.at');
      const reasons = readFileSync(at.file(result.artifacts.quarantine!), 'utf8').trimEnd().split('\n');
      expect(reasons).to.have.lengthOf(5);
      expect(reasons.join('\n')).to.contain('code is not unique in this load (unique.code)');
    });

    it('asks how old the newest row is, and lets no query of a contract change anything', async () => {
      at.write('in/orders.csv', GOOD);
      at.write('contracts/old.yaml', CONTRACT + LEVELS.replace('20000', '1'));
      const old = await run('contracts/old.yaml');
      expect(old.result.result.errors[0]!.message).to.match(/^latency\.at: the newest value 2026-01-03/);
      expect(old.result.result.errors[0]!.where).to.match(/^contracts\/old\.yaml:\d+:\d+$/);
      at.write('contracts/text.yaml', CONTRACT.replace(/SELECT count[^']*/, "SELECT ''many''"));
      const text = await run('contracts/text.yaml');
      expect([text.code, verdicts(text.result)['quality.no_debt']]).to.deep.equal([1, 'failed']);
      // Told from the text, before any sink is asked.
      if (name !== 'duckdb') return;
      for (const query of [
        'DROP TABLE ${object}',
        'SELECT 1; DROP TABLE orders',
        'SELECT 1) AS a -- ',
        'SELECT 1 INTO x',
      ]) {
        at.write(
          'contracts/bad.yaml',
          CONTRACT.replace(/query: '[^']*debt'|query: 'SELECT count[^']*'/, `query: '${query}'`),
        );
        const bad = await run('contracts/bad.yaml');
        expect(bad.code, query).to.equal(2);
        expect(bad.result.result.errors[0]).to.include({ code: 'DPONE_MANIFEST_INVALID' });
      }
    });
  });
