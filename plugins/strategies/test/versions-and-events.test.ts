import { expect } from 'chai';
import { cdcApply, scd2, snapshotDiff, xmin } from '../dist/index.js';
import { given, refusal, SINK, SOURCE } from './support.js';

const uniqueKey = ['id'];
const column = (name: string) => ({ name, type: { kind: 'string' } as const, nullable: true });
const schema = { columns: [column('id'), column('name'), column('changed_at')] };
const sink = {
  ...SINK,
  finalize: ['merge', 'remove_absent', 'add_versions', 'apply_events'] as const,
};
const EVENTS = {
  operation: '_op',
  order: '_seq',
  columns: ['_op', '_seq', '_at'],
  upserts: [],
  deletes: [],
  truncates: [],
};

describe('snapshot_diff', () => {
  it('compares every column but the key, and the mark where rows are marked', () => {
    const hard = snapshotDiff.plan(given({ uniqueKey, sink, schema }));
    expect(hard.steps).to.deep.equal([
      { op: 'merge', key: ['id'], by: 'upsert', unlessSame: ['name', 'changed_at'] },
      { op: 'remove_absent', key: ['id'], how: 'delete' },
    ]);
    const diff = { delete_policy: 'soft_delete', compare: 'row_hash' };
    const soft = snapshotDiff.plan(given({ uniqueKey, sink, schema, options: { diff } }));
    expect(soft.steps).to.deep.equal([
      { op: 'merge', key: ['id'], by: 'upsert', unlessSame: ['__dpone__row_hash', '__dpone__deleted_at'] },
      { op: 'remove_absent', key: ['id'], how: 'mark' },
    ]);
    expect(soft.framework?.map((c) => c.name)).to.deep.equal(['__dpone__row_hash', '__dpone__deleted_at']);
  });
});

describe('scd2', () => {
  it('holds several rows of a key apart by their time', () => {
    const options = { scd2: { effective_column: 'changed_at' } };
    const plan = scd2.plan(given({ uniqueKey, sink, schema, options }));
    expect(plan.checks.map((check) => check.id)).to.include('unique.id+changed_at');
    expect(plan.steps[0]).to.include({ effective: 'changed_at', absent: 'keep' });
    expect(plan.steps[0]).to.have.deep.property('compare', ['name']);
  });

  it('ends absent keys only where all of the source was read', () => {
    const options = { scd2: { delete_policy: 'expire' } };
    const all = scd2.plan(given({ uniqueKey, sink, schema, options }));
    expect(all.steps[0]).to.include({ absent: 'end' });
    const some = scd2.plan(
      given({ uniqueKey, sink, schema, options, cursor: { kind: 'column', column: 'changed_at' } }),
    );
    expect(some.steps[0]).to.include({ absent: 'keep' });
    expect(some.reasons.join()).to.contain('waits for a load of the whole source');
  });
});

describe('cdc_apply', () => {
  it('takes the envelope that the source declares', () => {
    const source = { ...SOURCE, cursors: ['cdc'] as const, events: EVENTS };
    const plan = cdcApply.plan(given({ uniqueKey, sink, source, cursor: { kind: 'cdc' } }));
    expect(plan.read).to.equal('increment');
    expect(plan.envelope).to.deep.equal(['_op', '_seq', '_at']);
  });

  it('refuses events without an order', () => {
    const error = refusal(() => cdcApply.plan(given({ uniqueKey, sink })));
    expect(error.code).to.equal('DPONE_OPTION_CONFLICT');
    expect(error.where).to.equal('sink.strategy.cdc.order_column');
  });
});

describe('xmin', () => {
  it('reads by the row versions of Postgres where the manifest names no cursor', () => {
    expect(xmin.readsBy).to.equal('xmin');
    expect(xmin.plan(given({ uniqueKey, cursor: { kind: 'xmin' } })).read).to.equal('increment');
  });
});
