import { expect } from 'chai';
import { fullRefresh } from '../dist/index.js';
import { given, refusal, SINK } from './support.js';

describe('full_refresh', () => {
  it('exchanges where the sink can, and says why', () => {
    expect(fullRefresh.plan(given())).to.deep.equal({
      read: 'all',
      checks: [],
      steps: [{ op: 'replace_all', by: 'swap' }],
      reasons: ['the source is read whole', 'exchange: staging takes the place of the target, rows are written once'],
    });
  });

  it('empties and fills where the sink can only do that', () => {
    const plan = fullRefresh.plan(given({ sink: { ...SINK, replaceAllBy: ['truncate_insert'] } }));
    expect(plan.steps).to.deep.equal([{ op: 'replace_all', by: 'truncate_insert' }]);
    expect(plan.reasons.join()).to.contain('cannot put staging in the place');
  });

  it('does what overwrite_type says, or names what the sink can', () => {
    const swapOnly = { ...SINK, replaceAllBy: ['swap'] as const };
    expect(fullRefresh.plan(given({ options: { overwrite_type: 'truncate_insert' } })).steps).to.deep.equal([
      { op: 'replace_all', by: 'truncate_insert' },
    ]);
    expect(fullRefresh.plan(given({ sink: swapOnly, options: { overwrite_type: 'exchange' } })).steps).to.deep.equal([
      { op: 'replace_all', by: 'swap' },
    ]);
    const error = refusal(() =>
      fullRefresh.plan(given({ sink: swapOnly, options: { overwrite_type: 'truncate_insert' } })),
    );
    expect(error.code).to.equal('DPONE_CAPABILITY');
    expect(error.remedy).to.contain('exchange');
  });

  it('names the keys that it does not act on', () => {
    const plan = fullRefresh.plan(given({ options: { merge_policy: 'delete+insert', only_new_rows: true } }));
    expect(plan.reasons.at(-1)).to.equal('merge_policy, only_new_rows: not used by full_refresh');
  });
});
