import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

describe('the planning commands', () => {
  let at: TempProject;
  beforeEach(() => {
    at = tempProject({
      's.json': '[{"name": "id", "dtype": "bigint"}]',
      't.json': '[{"name": "id", "dtype": "int"}, {"name": "gone", "dtype": "int"}]',
      'm.yml': 'source: {type: rest, options: {incremental_column: at}}\nsink: {type: postgres}\n',
    });
  });
  afterEach(() => at.remove());
  const run = (...args: string[]): Promise<CliResult> => dpone(args, { cwd: at.path });
  const schemas = ['--source', 's.json', '--target', 't.json', '--table', 'dbo.orders'];

  for (const command of [['schema', 'plan'], ['schema-plan']])
    it(`${command.join(' ')} prints statements, and knows a breaking change by its exit code where that is asked for`, async () => {
      const plan = await run(...command, ...schemas);
      expect(plan.stdout).to.equal('ALTER TABLE [dbo].[orders] ALTER COLUMN [id] bigint NULL\n');
      expect(plan.code).to.equal(0);
      expect((await run(...command, ...schemas, '--fail-on-breaking')).code).to.equal(2);
      expect((await run(...command, ...schemas, '--fail-on-breaking', '--allow-drop')).code).to.equal(0);
      expect((await run(...command, ...schemas, '--dialect', 'oracle')).code).to.equal(2);
      expect((await run(...command, ...schemas, '--lock-timeout-seconds', 'soon')).code).to.equal(2);
    });

  it('take the manifest or the run as an argument', async () => {
    const advice = await run('strategy', 'advise', 'm.yml');
    expect(advice.stdout, advice.stderr).to.match(/^rest -> postgres: incremental_append\n/);
    expect((await run('perf', 'advise', 'm.yml', '--format', 'json')).code).to.equal(0);
    const repair = ['strategy', 'repair-plan', 'R1', '--source-type', 'rest', '--sink-type', 'postgres'];
    const plan = await run(...repair, '--strategy', 'full_refresh');
    expect(plan.stdout, plan.stderr).to.match(/^dpone resume R1 --from-stage finalize --plan\n/);
    expect((await run(...repair)).code, 'without the strategy').to.equal(2);
    expect((await run('strategy', 'advise')).code, 'without a manifest').to.equal(2);
    expect((await run('strategy', 'advise', 'm.yml', 'n.yml')).code, 'with two').to.equal(2);
  });
});
