import { expect } from 'chai';
import { expectError } from '@dpone/testkit';
import { certificationHistory, connectorBadges } from '@dpone/ops-certification';
import { Workspace } from '../support/workspace.js';

const report = (cases: Record<string, boolean>) => ({
  results: Object.entries(cases).map(([case_id, passed]) => ({ case_id, passed })),
});

describe('certification-history', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const record = async (release: string, current: unknown, previous?: unknown) => {
    await space.put('current.json', current);
    if (previous !== undefined) await space.put('previous.json', previous);
    return space.run(certificationHistory, {
      release,
      current_report: 'current.json',
      ...(previous === undefined ? {} : { previous_report: 'previous.json' }),
      history_dir: 'h',
    });
  };

  for (const [status, current, previous] of [
    ['passing', report({ a: true }), report({ a: false })],
    ['regression', report({ a: false, b: false }), report({ a: true, b: false })],
    ['failing', report({ a: false }), report({ a: false })],
    ['incomplete', report({}), undefined],
    ['incomplete', { passed: false, ...report({ a: true }) }, undefined],
  ] as const)
    it(`is ${status}, and green only when passing`, async () => {
      expect(await record('v1', current, previous)).to.include({ status, badge: status, passed: status === 'passing' });
    });

  it('takes a case that is listed twice for red when one of them is', async () => {
    const twice = {
      results: [
        { case_id: 'a', passed: false },
        { case_id: 'a', passed: true },
      ],
    };
    expect((await record('v1', twice)).new_failures).to.eql(['a']);
  });

  it('keeps releases in the order of recording, so that v0.10 is newer than v0.9', async () => {
    for (const release of ['v0.9', 'v0.10', 'v0.9']) await record(release, report({ a: true }));
    const { releases } = await space.json('h/certification_history_index.json');
    expect((releases as { release: string }[]).map((row) => row.release)).to.eql(['v0.9', 'v0.10']);
  });

  it('refuses a broken index, another release of the same file name, and reports that are none', async () => {
    await record('a/b', report({ a: true }));
    await expectError(() => record('a_b', report({ a: true })), ['DPONE_INPUT_INVALID']);
    await expectError(() => record('v1', '[1]'), ['DPONE_INPUT_INVALID']);
    await expectError(() => record('v1', { results: [{ passed: true }] }), ['DPONE_INPUT_INVALID']);
    await space.put('h/certification_history_index.json', '{');
    await expectError(() => record('v2', report({ a: true })), ['DPONE_INPUT_INVALID']);
  });
});

describe('connector-badges', () => {
  let space: Workspace;
  beforeEach(async () => (space = await Workspace.make()));
  afterEach(() => space.remove());
  const badges = async (latest: unknown) => {
    await space.put('h.json', { releases: [{ release: 'v0', new_failures: ['a_to_b__c'] }, latest] });
    return space.run(connectorBadges, { history_index: 'h.json', output_dir: 'b' });
  };
  const badgeOf = (result: { entries: readonly { connector: string; badge: string }[] }, name: string) =>
    result.entries.find(({ connector }) => connector === name)?.badge;

  it('marks both ends of a failure, and neither of a fixed one', async () => {
    const result = await badges({
      release: 'v1',
      status: 'regression',
      new_failures: ['postgres_to_clickhouse__cdc'],
      fixed_failures: ['mssql_to_kafka__replace'],
    });
    expect(result.blockers).to.eql(['clickhouse.regression', 'postgres.regression']);
    expect(badgeOf(result, 'postgres')).to.equal('regression');
    expect(badgeOf(result, 'mssql')).to.equal('beta');
    expect(result.strategy_rows.map(({ status }) => status)).to.eql(['new_failure', 'fixed']);
  });

  it('is red for a failure whose id has another shape, or whose connector is not in the catalogue', async () => {
    expect((await badges({ new_failures: ['strange'] })).blockers).to.eql(['strange.not_passed']);
    expect((await badges({ unchanged_failures: ['api_to_kafka__replace'] })).blockers).to.eql([
      'api.regression',
      'kafka.regression',
    ]);
  });

  it('is red for a release that says so without naming a case', async () => {
    expect((await badges({ status: 'regression' })).blockers).to.eql(['history.not_passed']);
  });

  it('shows the connectors of plugins, and takes no history for none', async () => {
    const result = await space.run(connectorBadges, { output_dir: 'b' });
    expect(badgeOf(result, 'ledger')).to.equal('community');
    expect(result).to.include({ passed: true, release: null });
  });

  it('refuses a history that is not there or is none', async () => {
    await expectError(() => space.run(connectorBadges, { history_index: 'none.json' }), ['DPONE_FILE_NOT_FOUND']);
    await expectError(() => badges('text'), ['DPONE_INPUT_INVALID']);
  });
});
