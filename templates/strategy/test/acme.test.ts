import { deepStrictEqual } from 'node:assert/strict';
import { conformance } from '@dpone/testkit';
import { acmeStrategy } from '@dpone/template-strategy';

describe('acme', () => {
  for (const c of conformance({
    kind: 'strategy',
    id: 'acme',
    definition: acmeStrategy,
    options: [{}, { min_rows: 1000 }],
    effect: (_before, staged) => staged,
  }))
    it(c.name, c.run);

  it('takes one row for the least, and nothing that it does not know', () => {
    deepStrictEqual(acmeStrategy.options.parse({}), { min_rows: 1 });
    deepStrictEqual(acmeStrategy.options.safeParse({ min_row: 1 }).success, false);
  });
});
