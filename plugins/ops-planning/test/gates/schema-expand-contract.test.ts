import { conformance } from '@dpone/testkit';
import { expect } from 'chai';
import { schemaExpandContract } from '@dpone/ops-planning';
import { folder } from '../support/folder.js';

describe('schema expand-contract', () => {
  for (const c of conformance({
    kind: 'gate',
    id: 'schema-expand-contract',
    definition: schemaExpandContract,
    green: async ({ workdir }) => {
      const { writeFile } = await import('node:fs/promises');
      await writeFile(`${workdir}/s.json`, JSON.stringify([{ name: 'id', dtype: 'text' }]));
      await writeFile(`${workdir}/t.json`, JSON.stringify([{ name: 'id', dtype: 'int' }]));
      return { input: { source: 's.json', target: 't.json', table: 'dbo.orders' }, evidence: ['s.json', 't.json'] };
    },
  }))
    it(c.name, c.run);

  it('expands what has a statement, contracts the rest, and writes the same bytes twice', async () => {
    const space = await folder();
    try {
      await space.put('s.json', [
        { name: 'v', dtype: 'text' },
        { name: 'n', dtype: 'int' },
      ]);
      await space.put('t.json', [
        { name: 'v', dtype: 'int' },
        { name: 'gone', dtype: 'int' },
      ]);
      const input = { source: 's.json', target: 't.json', table: 'dbo.orders/x', output_dir: 'out' };
      const { actions } = await space.run(schemaExpandContract, input);
      expect(actions.map(({ phase, change_type, decision }) => [phase, change_type, decision])).to.eql([
        ['expand', 'add_generated_column', 'manual_approval'],
        ['expand', 'add_column', 'manual_approval'],
        ['contract', 'drop_column', 'manual_approval'],
      ]);
      const before = await space.text('out/expand_contract_dbo_orders_x.json');
      await space.run(schemaExpandContract, input);
      expect(await space.text('out/expand_contract_dbo_orders_x.json')).to.equal(before);
    } finally {
      await space.remove();
    }
  });
});
