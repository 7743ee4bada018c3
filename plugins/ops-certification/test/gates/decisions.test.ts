import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { chainHash, type GateReport } from '@dpone/sdk';
import {
  certificationPack,
  certificationSuite,
  certify,
  releaseSummary,
  strategyCertificationArtifact,
  strategyCertificationBundle,
} from '@dpone/ops-certification';
import { dpone } from '../support/cli.js';
import { Workspace } from '../support/workspace.js';

const blockersOf = ({ blockers }: GateReport): readonly string[] => blockers;

describe('gates that decide on certification', () => {
  let space: Workspace;
  beforeEach(async () => {
    space = await Workspace.make();
    await space.put('green.json', { passed: true, results: [{ case_id: 'postgres_to_mssql__cdc' }] });
    await space.put('red.json', { status: 'failed' });
    await space.put('silent.json', { note: 'x' });
  });
  afterEach(() => space.remove());

  it('suite: a required report without a path is missing, an optional one is left out', async () => {
    const given = { suite_id: 's', certification_report: 'green.json' };
    expect(await space.run(certificationSuite, given)).to.deep.include({
      passed: true,
      evidence_count: 1,
      case_count: 1,
    });
    const required = await space.run(certificationSuite, { ...given, require_benchmark: true, require_evidence: true });
    expect(blockersOf(required)).to.eql(['benchmark_baseline.missing', 'evidence_bundle.missing']);
  });

  it('suite: a lineage event that failed is red, and what says nothing is named', async () => {
    await space.put('event.json', { eventType: 'FAIL' });
    const report = await space.run(certificationSuite, {
      suite_id: 's',
      certification_report: 'silent.json',
      lineage_report: 'event.json',
    });
    expect(blockersOf(report)).to.eql(['lineage_report.not_passed']);
    expect(report.warnings).to.eql(['certification_report.no_verdict']);
  });

  it('pack: every piece decides, coverage comes from the report, and a waived default is named', async () => {
    const report = await space.run(certificationPack, {
      pack_id: 'p',
      artifact: { certification_report: 'green.json', slo: 'red.json' },
      require: ['slo'],
    });
    expect(blockersOf(report)).to.eql(['slo.not_passed']);
    expect(report.waived).to.eql(['certification_report']);
    expect(report.coverage).to.eql({ case_count: 1, sources: ['postgres'], sinks: ['mssql'], strategies: ['cdc'] });
  });

  it('pack: a policy can forbid waiving and ask for signatures', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    await space.put('key.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    await space.put('policy.json', { forbid_waived: true, require_signed: true, trusted_keys: ['key.pub'] });
    const report = await space.run(certificationPack, {
      pack_id: 'p',
      artifact: { slo: 'green.json' },
      require: ['slo'],
      policy: 'policy.json',
    });
    expect(blockersOf(report)).to.eql(['policy.waived:certification_report', 'policy.unsigned:slo']);
  });

  it('strategy bundle: silence is red, a replay must have kept its state, nothing is red', async () => {
    await space.put('replay.json', { status: 'executed', state_committed: false });
    await space.put('both.json', { status: 'Executed', passed: false });
    const report = await space.run(strategyCertificationBundle, {
      bundle_id: 'b',
      replay_evidence: ['replay.json', 'both.json', 'none.json'],
      matrix_artifact: ['silent.json'],
    });
    expect(blockersOf(report)).to.eql([
      'replay.not_passed:replay.json',
      'replay.not_passed:both.json',
      'replay.missing:none.json',
      'matrix.not_passed:silent.json',
    ]);
    expect(report.summary).to.include({ total_items: 4, missing_items: 1, failed_items: 3 });
    expect(blockersOf(await space.run(strategyCertificationBundle, { bundle_id: 'b' }))).to.eql(['evidence.missing']);
  });

  it('strategy bundle: reads the metrics of a baseline report', async () => {
    await space.put('b.json', { passed: true, items: [{ metric: 'rows' }, { metric: 'bytes' }] });
    const { evidence_items: items } = await space.run(strategyCertificationBundle, {
      bundle_id: 'b',
      benchmark_artifact: ['b.json'],
    });
    expect(items[0]?.summary).to.eql({ passed: true, metrics: ['bytes', 'rows'] });
  });

  it('strategy matrix: what is known, and what a plugin brings', async () => {
    const { entries } = await space.run(strategyCertificationArtifact, { artifact_dir: 'a' });
    const known = entries.filter((entry) => entry.source_type !== 'ledger' && entry.strategy_mode !== 'ledger_close');
    const count = (status: string) => known.filter((entry) => entry.status === status).length;
    expect([count('contract_gate'), count('manual_live_gate'), count('not_supported')]).to.eql([125, 75, 25]);
    expect(entries.some(({ source_type: source }) => source === 'ledger')).to.equal(true);
  });

  describe('certify', () => {
    it('is red without evidence, and names what is missing', async () => {
      const report = await space.run(certify, {});
      expect(report.missing_required).to.have.length(27);
      expect(report.connectors['ledger']!['source']).to.include({ status: 'unknown' });
    });

    it('takes evidence for a connector or a capability; silence proves nothing', async () => {
      const certified = { connector: ['rest'], artifact: { rest: 'green.json' } };
      expect(await space.run(certify, certified)).to.include({ passed: true });
      const mixed = { connector: ['rest'], artifact: { rest: 'green.json', 'rest.auth': 'silent.json' } };
      expect(blockersOf(await space.run(certify, mixed))).to.eql(['rest.auth.not_passed']);
    });

    it('tells nothing of connectors that nobody asked for', async () => {
      const { connectors } = await space.run(certify, { connector: ['rest'], artifact: { ledger: 'green.json' } });
      expect(Object.keys(connectors)).to.eql(['rest', 'ledger']);
    });

    it('names what is no connector, the nearest and those that are, in a line each', async () => {
      const said = async (...args: string[]) => {
        const { exit, stdout, stderr } = await dpone(space.cwd, ['certify', ...args]);
        expect([exit, stdout]).to.eql([2, '']);
        return stderr.replaceAll(/\s+/g, ' ');
      };
      const acme = await said('--connector', 'acme', '--connector', 'oracle', '--connector', 'postgres');
      expect(acme).to.include('DPONE_USAGE unknown connectors: acme, oracle at --connector → Known: postgres, mssql');
      expect(await said('--connector', 'postgers')).to.include(
        'unknown connector postgers at --connector → Did you mean postgres? Known: postgres,',
      );
      expect(await said('--artifact', 'acme.sink=green.json')).to.include('unknown connector acme at --artifact');
      expect(await said('--artifact', 'rest.pagnation=green.json')).to.include(
        'rest has no capability pagnation at --artifact → Did you mean pagination? It has: full_refresh,',
      );
    }).timeout(60_000);
  });

  describe('release-summary', () => {
    const given = {
      release_id: 'v1',
      replay_chain_dir: 'chain',
      matrix_suite: 'green.json',
      matrix_chain_dir: 'chain',
      connector_suite: 'green.json',
      connector_chain_dir: 'chain',
    };
    beforeEach(async () => {
      const linked = {
        release: 'v1',
        artifact_index_hash: 'a'.repeat(64),
        previous_chain_hash: null,
        created_at: '2026-01-01T00:00:00+00:00',
      };
      const entry = { ...linked, artifact_index_path: 'gone.json', chain_hash: chainHash(linked), verified: true };
      await space.put('chain/v1__evidence_chain.json', entry);
      await space.put('chain/evidence_chain_index.json', {
        entry_count: 1,
        latest_chain_hash: entry.chain_hash,
        entries: [entry],
      });
    });

    it('is green when chains verify and suites say that they passed', async () => {
      expect(await space.run(releaseSummary, given)).to.include({ passed: true });
    });

    it('says which chain is missing or broken, and which suite is silent, red or contradicts itself', async () => {
      await space.put('open.json', { passed: true, blockers: ['x'] });
      await space.put('cut/evidence_chain_index.json', { entry_count: 0, latest_chain_hash: null, entries: [] });
      const report = await space.run(releaseSummary, {
        ...given,
        replay_chain_dir: 'none',
        matrix_suite: 'silent.json',
        matrix_chain_dir: 'cut',
        connector_suite: 'open.json',
      });
      expect(blockersOf(report)).to.eql([
        'replay_evidence_chain.not_verified',
        'matrix_certification_suite.not_passed',
        'matrix_evidence_chain.not_verified',
        'connector_certification_suite.not_passed',
      ]);
      expect(report.items.map(({ missing }) => missing)).to.eql([true, false, false, false, false]);
    });
  });
});
