import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadManifest } from '@dpone/engine';
import { FIXTURES } from './workspace.js';

describe('manifests of the reference system', () => {
  const folder = join(FIXTURES, 'contract');
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.yml'));

  it('are the four of the contract', () => expect(manifests).to.have.length(4));

  for (const name of manifests)
    it(`${name} loads unchanged`, async () => {
      const manifest = await loadManifest(name, { workdir: folder, env: {} });
      const [{ places, raw, ...spec }] = manifest.processes as [(typeof manifest.processes)[number]];
      const expected: unknown = JSON.parse(readFileSync(join(folder, name.replace('.yml', '.expected.json')), 'utf8'));
      expect(spec).to.deep.equal(expected);
      expect(raw['name']).to.equal(spec.name);
      expect(places['name']).to.match(new RegExp(`^${name}:\\d+:1$`));
    });

  it('a batch with convention, registry, templates and appended dependencies compiles to what the reference system compiles it to', async () => {
    const batch = join(FIXTURES, 'batch');
    const manifest = await loadManifest('landing.yaml', { workdir: batch, env: {} });
    // Made by running the reference system's own compiler on the same file.
    const expected: unknown = JSON.parse(readFileSync(join(batch, 'landing.expected.json'), 'utf8'));
    expect(manifest.processes.map(({ name, selector, raw }) => ({ name, selector, config: raw }))).to.deep.equal(
      expected,
    );
  });
});
