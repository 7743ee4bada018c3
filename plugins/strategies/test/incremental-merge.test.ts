import { expect } from 'chai';
import fc from 'fast-check';
import { commonSchema } from '../dist/common-options.js';
import { incrementalMerge } from '../dist/index.js';
import { given, refusal, SINK, SOURCE } from './support.js';

const uniqueKey = ['id'];

describe('incremental_merge', () => {
  it('merges by key in the way that the sink does first', () => {
    expect(incrementalMerge.plan(given({ uniqueKey }))).to.deep.equal({
      read: 'all',
      checks: [
        { id: 'not_null.id', kind: 'not_null', column: 'id', on: 'fail' },
        { id: 'unique.id', kind: 'unique', columns: ['id'], on: 'fail' },
      ],
      steps: [{ op: 'merge', key: ['id'], by: 'upsert' }],
      reasons: [
        'there is no cursor: the source is read whole and merged',
        'upsert: matched rows become the staged ones and keep the columns that the load does not fill',
      ],
    });
    const sink = { ...SINK, mergeBy: ['delete_insert'] as const };
    expect(incrementalMerge.plan(given({ uniqueKey, sink })).steps).to.deep.equal([
      { op: 'merge', key: ['id'], by: 'delete_insert' },
    ]);
  });

  it('reads what is new where there is a cursor', () => {
    expect(incrementalMerge.plan(given({ uniqueKey, cursor: { kind: 'xmin' } })).read).to.equal('increment');
    const source = { ...SOURCE, cursors: ['new_files'] as const };
    expect(incrementalMerge.plan(given({ uniqueKey, source })).read).to.equal('increment');
  });

  it('knows the synonyms', () => {
    for (const [merge_policy, by] of [
      ['default', 'upsert'],
      ['delete+insert', 'delete_insert'],
    ] as const)
      expect(incrementalMerge.plan(given({ uniqueKey, options: { merge_policy } })).steps).to.deep.equal([
        { op: 'merge', key: ['id'], by },
      ]);
  });

  it('refuses a policy that the sink lacks, naming those that it has', () => {
    for (const merge_policy of [
      'shadow_swap',
      'exchange',
      'alter_delete_insert',
      'lightweight_delete_insert',
      'upsert_events',
    ]) {
      const error = refusal(() => incrementalMerge.plan(given({ uniqueKey, options: { merge_policy } })));
      expect(error.code).to.equal('DPONE_CAPABILITY');
      expect(error.message).to.contain(merge_policy);
      expect(error.remedy).to.equal('Set it to auto or upsert or delete_insert.');
    }
  });

  it('takes any values of the common keys that its schema takes, and plans one merge by the whole key', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 });
    const extras = fc.record(
      {
        overwrite_type: fc.constantFrom('auto', 'truncate_insert', 'exchange'),
        only_new_rows: fc.boolean(),
        duplicate_policy: fc.constant('fail'),
        mutations_sync: fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 2 })),
        partition: fc.record({ column: fc.constant('day'), native: fc.boolean() }),
        allow_non_recommended_policy: fc.boolean(),
        custom_predicate: fc.constant('a = 1'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(keys, extras, (key, options) => {
        const plan = incrementalMerge.plan(given({ uniqueKey: key, options }));
        expect(plan.steps).to.deep.equal([{ op: 'merge', key, by: 'upsert' }]);
        expect(plan.checks).to.have.length(key.length + 1);
        expect(plan.checks.every((check) => check.on === 'fail')).to.equal(true);
      }),
    );
  });

  it('refuses unknown keys and another duplicate_policy', () => {
    expect(commonSchema.safeParse({ merge_polcy: 'auto' }).success).to.equal(false);
    expect(commonSchema.safeParse({ duplicate_policy: 'first' }).success).to.equal(false);
  });
});
