import { expect } from 'chai';
import { incrementalAppend } from '../dist/index.js';
import { given, refusal, SINK, SOURCE } from './support.js';

const cursor = { kind: 'column', column: 'at' } as const;

describe('incremental_append', () => {
  it('adds what the cursor says is new', () => {
    expect(incrementalAppend.plan(given({ cursor }))).to.deep.equal({
      read: 'increment',
      checks: [],
      steps: [{ op: 'append' }],
      reasons: ['what is new since the last load is read, by column at', 'every row that is read is added'],
    });
  });

  it('takes the source own list of files where no cursor is named', () => {
    const plan = incrementalAppend.plan(given({ source: { ...SOURCE, cursors: ['new_files'] } }));
    expect(plan.read).to.equal('increment');
    expect(plan.reasons[0]).to.contain('new_files');
  });

  it('never reads the source whole where it would add the same rows again', () => {
    expect(incrementalAppend.plan(given()).read).to.equal('increment');
  });

  it('only_new_rows leaves out known keys, and reads whole without a cursor', () => {
    const plan = incrementalAppend.plan(given({ uniqueKey: ['a', 'b'], options: { only_new_rows: true } }));
    expect(plan.read).to.equal('all');
    expect(plan.steps).to.deep.equal([{ op: 'append', unlessKey: ['a', 'b'] }]);
    expect(plan.checks.map((c) => `${c.id} ${c.on}`)).to.deep.equal([
      'not_null.a fail',
      'not_null.b fail',
      'unique.a+b fail',
    ]);
  });

  it('only_new_rows needs a key, and a sink that matches rows', () => {
    const options = { only_new_rows: true };
    expect(refusal(() => incrementalAppend.plan(given({ options }))).code).to.equal('DPONE_OPTION_CONFLICT');
    const sink = { ...SINK, appendsByKey: false };
    const error = refusal(() => incrementalAppend.plan(given({ options, sink, uniqueKey: ['a'] })));
    expect(error.code).to.equal('DPONE_CAPABILITY');
    expect(error.remedy).to.contain('full_refresh');
  });
});
