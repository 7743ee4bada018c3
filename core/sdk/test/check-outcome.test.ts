import { expect } from 'chai';
import type { StagingCheck } from '@dpone/sdk';
import { checkOutcome } from '@dpone/sdk/connector';

describe('checkOutcome of counts', () => {
  const check = (unit: 'rows' | 'percent', ...within: object[]): StagingCheck & { kind: 'count' } => {
    return { id: 'c', on: 'fail', kind: 'count', counted: { what: 'rows' }, unit, within };
  };
  it('is red outside of every range, with at least one violation', () => {
    expect(checkOutcome(check('rows', { min: 5 }), 3, 3)).to.include({ measured: 3, violations: 3 });
    expect(checkOutcome(check('rows', { min: 1 }), 0, 0)).to.include({ measured: 0, violations: 1 });
    expect(checkOutcome(check('rows', { max: 3 }, { min: 9 }), 3, 3)).to.include({ violations: 0 });
    expect(checkOutcome(check('rows', { max: 3, maxOpen: true }), 3, 3)).to.include({ violations: 3 });
  });
  it('counts in percent of all rows, of which none are 0', () => {
    expect(checkOutcome(check('percent', { max: 2 }), 200, 3)).to.include({ measured: 1.5, violations: 0 });
    expect(checkOutcome(check('percent', { max: 2 }), 0, 0)).to.include({ measured: 0, violations: 0 });
  });
});
