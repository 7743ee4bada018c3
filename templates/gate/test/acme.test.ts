import { deepStrictEqual } from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conformance, gateContext, inCase } from '@dpone/testkit';
import { acmeGate } from '@dpone/template-gate';

describe('acme', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'acme',
    definition: acmeGate,
    green: async ({ workdir }) => {
      await mkdir(join(workdir, 'in'));
      for (const name of ['a', 'b']) await writeFile(join(workdir, `in/${name}.json`), '{"passed": true}');
      return { input: { evidence: { a: 'in/a.json', b: 'in/b.json' } }, evidence: ['in/a.json', 'in/b.json'] };
    },
  }))
    it(c.name, c.run);

  it('names what is missing', () =>
    inCase({}, async ({ workdir }) => {
      const input = acmeGate.input.parse({ evidence: { z: 'no.json', a: 'no.json' } });
      const report = await acmeGate.evaluate(input, gateContext(workdir));
      deepStrictEqual(report.blockers, ['a.missing', 'z.missing']);
    }));
});
