import { expect } from 'chai';
import { dpone } from './support/cli.js';
import { startRegistry } from './support/registry.js';
import { Workspace } from './support/workspace.js';

const KEYWORDS = ['dpone-plugin'];
const PACKAGES = [
  {
    name: '@acme/dpone-ledger',
    version: '1.2.0',
    keywords: KEYWORDS,
    dpone: { apiVersion: 1, provides: ['source:acme'] },
  },
  { name: '@acme/dpone-old', version: '0.1.0', keywords: KEYWORDS, dpone: { apiVersion: 0, provides: ['source:old'] } },
  { name: 'dpone-plugin-like', version: '1.0.0', keywords: ['other'] },
];

interface Shown {
  readonly connectors: Readonly<Record<string, Record<string, unknown>>>;
  readonly plugins: readonly Record<string, unknown>[];
}

describe('the command marketplace', () => {
  let space: Workspace;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  before(async () => {
    space = await Workspace.make();
    registry = await startRegistry(PACKAGES);
  });
  after(async () => {
    registry.close();
    await space.remove();
  });
  const shown = async (args: readonly string[], url = registry.url): Promise<Shown> => {
    const env = { DPONE_NPM_REGISTRY: url, npm_config_cache: `${space.cwd}/.npm` };
    const { stdout, stderr } = await dpone(space.cwd, ['ops', 'marketplace', '--format', 'json', ...args], env);
    expect(stderr).to.equal('');
    return JSON.parse(stdout) as Shown;
  };

  it('shows what is installed and asks no registry', async () => {
    const { connectors, plugins } = await shown([], 'http://127.0.0.1:9/');
    expect(connectors['postgres']).to.include({ status: 'certified', installed: true });
    expect(connectors['kafka']).to.include({ status: 'beta', installed: false, package: null });
    expect(plugins.every(({ installed }) => installed === true)).to.equal(true);
  });

  it('shows published plugins by their keyword, and what does not fit apart', async () => {
    const { connectors, plugins } = await shown(['--registry']);
    expect(connectors['acme']).to.include({ package: '@acme/dpone-ledger', version: '1.2.0', status: 'community' });
    expect(connectors).not.to.have.property('old');
    const published = plugins.filter(({ installed }) => installed === false);
    expect(published.map(({ name, compatible }) => [name, compatible])).to.eql([
      ['@acme/dpone-ledger', true],
      ['@acme/dpone-old', false],
    ]);
  });

  it('says 3 when the registry does not answer', async () => {
    const env = { DPONE_NPM_REGISTRY: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    const { exit, stderr } = await dpone(space.cwd, ['ops', 'marketplace', '--registry'], env);
    expect(exit).to.equal(3);
    expect(stderr).to.include('DPONE_CONNECTION_FAILED');
  });

  it('has no text form', async () => {
    expect((await dpone(space.cwd, ['ops', 'marketplace', '--format', 'text'])).exit).to.equal(2);
  });
}).timeout(60_000);
