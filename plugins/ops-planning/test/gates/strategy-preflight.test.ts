import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { strategyPreflight } from '@dpone/ops-planning';
import { folder, type Folder } from '../support/folder.js';

const NO_EVIDENCE = 'it looks for programs, not for files of evidence';

describe('strategy preflight', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'strategy-preflight',
    definition: strategyPreflight,
    green: () => ({ input: { source_type: 'postgres', sink_type: 'mssql' }, evidence: [] }),
    waivers: [
      { behaviour: 'gate.broken-evidence-is-never-green', reason: NO_EVIDENCE },
      { behaviour: 'gate.survives-any-json', reason: NO_EVIDENCE },
    ],
  }))
    it(c.name, c.run);

  let space: Folder;
  beforeEach(async () => {
    space = await folder();
  });
  afterEach(() => space.remove());
  const check = (given: object = {}) =>
    space.run(
      strategyPreflight,
      { source_type: 'SQL-Server', sink_type: 'mssql', ...given },
      { env: { PATH: `:${join(space.path, 'none')}:${join(space.path, 'bin')}` } },
    );

  it('finds a program on PATH, and only one that can be run', async () => {
    await space.put('bin/bcp', '');
    await mkdir(join(space.path, 'none'));
    expect(await check()).to.deep.include({ path_id: 'mssql_bcp_queryout_to_bcp_import', ready: false, passed: true });
    await chmod(join(space.path, 'bin/bcp'), 0o755);
    const report = await check();
    expect(report.ready).to.equal(true);
    expect(report.tools['bcp']).to.include({ available: true, path: join(space.path, 'bin/bcp') });
  });

  it('is red for a missing tool only where that is asked for', async () => {
    expect((await check({ fail_on_missing: true })).blockers).to.eql(['tool.missing:bcp']);
  });

  it('takes either of two programs', async () => {
    await space.put('bin/curl', '');
    await chmod(join(space.path, 'bin/curl'), 0o755);
    const { tools } = await check({ source_type: 'postgres', sink_type: 'clickhouse' });
    expect(tools['clickhouse-client or curl']).to.include({ available: true });
    expect(tools['psycopg']).to.include({ available: false, path: null });
  });
});
