import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { THREE_TABLES } from './three-tables.js';

describe('dpone dag: which process waits for which', function () {
  this.timeout(60_000);
  let project: TempProject;
  before(() => {
    project = tempProject({ 'shop.yml': THREE_TABLES });
  });
  after(() => project.remove());
  const dag = async (...args: readonly string[]): Promise<{ code: number | null; stdout: string }> => {
    const { code, stdout, stderr } = await dpone(['dag', ...args], { cwd: project.path });
    return { code, stdout: stdout === '' ? stderr : stdout };
  };

  it('lists edges, says why, and tells a way by others from none', async () => {
    const list = await dag('list-edges', 'shop.yml', '--with-reasons', '--format', 'json');
    expect((JSON.parse(list.stdout) as { edges: unknown }).edges).to.deep.equal([
      { upstream: 'customers', downstream: 'orders', reason_kinds: ['depends_on_selector'] },
      { upstream: 'orders', downstream: 'lines', reason_kinds: ['depends_on_selector'] },
    ]);
    const direct = await dag('explain-edge', 'shop.yml', '--from', 'customers', '--to', 'orders');
    expect(direct).to.deep.equal({
      code: 0,
      stdout: 'orders waits for customers: depends_on[0] of orders names main.customers in shop.yml\n',
    });
    const byOthers = await dag('explain-edge', 'shop.yml', '--from', 'customers', '--to', 'lines', '--format', 'json');
    expect(byOthers.code).to.equal(1);
    expect(JSON.parse(byOthers.stdout)).to.deep.include({
      direct_edge: false,
      path: ['customers', 'orders', 'lines'],
    });
    const none = await dag('explain-edge', 'shop.yml', '--from', 'lines', '--to', 'customers');
    expect(none).to.deep.equal({ code: 1, stdout: 'customers does not wait for lines.\n' });
  });

  it('reports on all of it, writes what it is asked to, and fails on what it is told to', async () => {
    const lone = THREE_TABLES.replaceAll(/\n.*depends_on.*/g, '');
    expect(lone).to.not.equal(THREE_TABLES);
    project.write(
      'lone.yml',
      lone.replace(/^/, 'validation: {require_table_description: true, missing_description_severity: ERROR}\n'),
    );
    const whole = await dag('report', 'shop.yml', '--format', 'json', '--preset', 'debug', '--fail-on', 'both');
    expect(whole.code, whole.stdout).to.equal(0);
    expect(JSON.parse(whole.stdout)).to.deep.include({
      anomalies: [],
      summary: {
        task_count: 3,
        edge_count: 2,
        group_count: 0,
        roots: ['customers'],
        sinks: ['lines'],
        orphans: [],
      },
    });
    const broken = await dag('report', 'lone.yml', '--fail-on', 'lint_errors', '--out-md', 'out/dag.md');
    expect(broken).to.deep.equal({ code: 1, stdout: 'out/dag.md\n' });
    const page = readFileSync(project.file('out/dag.md'), 'utf8');
    expect(page).to.contain('ORPHAN_TASK').and.to.contain('META_DESCRIPTION_MISSING');
    expect((await dag('report', 'lone.yml', '--fail-on', 'anomalies')).code).to.equal(0);
  });

  it('draws all of it or a part, and knows the nearest name of one that is not there', async () => {
    const part = await dag('subgraph', 'shop.yml', '--to', 'orders', '--format', 'mermaid');
    expect(part.stdout).to.equal('flowchart LR\n  t0["customers"]\n  t1["orders"]\n  t0 --> t1\n');
    const wrong = await dag('explain-node', 'shop.yml', 'order');
    expect(wrong.code).to.equal(2);
    expect(wrong.stdout).to.contain('did you mean "orders"');
  });
});
