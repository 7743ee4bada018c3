import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineSource, hasBrand, type PluginHost, type SourceDefinition } from '@dpone/sdk';
import { alienCopy, conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { sourceScenario } from './systems/acme.js';

describe('a plugin with an SDK of its own', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dpone-alien-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is recognised and shows the same behaviours', async () => {
    const root = fileURLToPath(new URL('..', import.meta.resolve('@dpone/template-connector')));
    const plugin = await alienCopy(root, folder);
    expect(hasBrand(plugin, 'plugin')).to.equal(true);
    const sources: SourceDefinition[] = [];
    const others = {
      sink() {},
      strategy() {},
      gate() {},
      codec() {},
      stateStore() {},
      secrets() {},
      executor() {},
      observer() {},
    };
    await plugin.register({
      apiVersion: 1,
      source: (_id, d) => void sources.push(d),
      ...others,
    } as PluginHost);
    expect(hasBrand(sources[0], 'source')).to.equal(true);
    expect(sources[0]!.create).to.not.equal(sourceScenario.definition.create);
    expect(defineSource(sources[0]!).$$type).to.equal(sources[0]!.$$type);
    for (const c of conformance({ ...sourceScenario, definition: sources[0]! })) await c.run();
  });
});
