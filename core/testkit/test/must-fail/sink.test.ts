import type { LaneData, LoadProgram, RowBatch, Sink, SinkDefinition, SinkLoad, SinkRollback } from '@dpone/sdk';
import { SINK_BEHAVIOURS, type SinkScenario } from '@dpone/testkit';
import { sinkScenario as whole } from '../systems/acme.js';
import { BROKEN_COURSES } from './broken-courses.js';
import { catches, type Broken } from './catches.js';

const define = (change: Partial<SinkDefinition>): SinkScenario => ({
  ...whole,
  definition: { ...whole.definition, ...change },
});

const sink = (change: (given: Sink) => Partial<Sink>): SinkScenario =>
  define({
    create: async (ctx) => {
      const given = await whole.definition.create(ctx);
      return { ...given, ...change(given) };
    },
  });

const load = (change: (given: SinkLoad) => Partial<SinkLoad>): SinkScenario =>
  sink((given) => {
    const changed = (staging: SinkLoad): SinkLoad => ({ ...staging, ...change(staging) });
    return {
      begin: async (ref, spec) => changed(await given.begin(ref, spec)),
      attach: async (ref, spec) => changed(await given.attach(ref, spec)),
    };
  });

const staged = (change: (value: unknown) => unknown): SinkScenario =>
  load((given) => ({
    stage: async (data, partition, progress) => {
      if (data.transport !== 'rows') return given.stage(data, partition, progress);
      const batches = async function* (): AsyncGenerator<RowBatch> {
        for await (const b of data.batches) yield { ...b, columns: b.columns.map((c) => c.map(change)) };
      };
      return given.stage({ ...data, batches: batches() } satisfies LaneData, partition, progress);
    },
  }));

/** Breaks every load but the first, which makes the target. */
const later = (change: (program: LoadProgram) => LoadProgram): SinkScenario =>
  load((given) => ({
    finalize: (program) => given.finalize(program.load.loadId.endsWith('1') ? program : change(program)),
  }));

const crash = (): never => {
  throw new Error('ECONNREFUSED');
};

const FINALIZE = SINK_BEHAVIOURS.filter((b) => b.id.startsWith('sink.finalize.')).flatMap(
  ({ id }): Broken<SinkScenario>[] => [
    {
      behaviour: id,
      how: 'leaves the step out',
      scenario: later((p) => ({ ...p, steps: [] })),
      says: /missing|unexpected/,
    },
    {
      behaviour: id,
      how: 'counts wrong',
      scenario: load((given) => ({ finalize: async (p) => ({ ...(await given.finalize(p)), inserted: 77 }) })),
      says: /inserted\/updated\/final/,
    },
  ],
);

const UNFILLED: Broken<SinkScenario> = {
  behaviour: 'sink.schema.unfilled',
  how: 'looks at the wrong column',
  scenario: sink((given) => ({ unfilled: (column) => given.unfilled!(column, column) })),
  says: /unfilled\(\) says 0 and 0/,
};

const CHANGED = SINK_BEHAVIOURS.filter((b) => b.id.startsWith('sink.schema.') && b.id !== UNFILLED.behaviour);
const SCHEMA = CHANGED.map(({ id }): Broken<SinkScenario> => ({
  behaviour: id,
  how: 'leaves the change out',
  scenario: later((p) => ({ ...p, changes: [] })),
  says: /inspect\(\) after/,
}));

const RECOVER = SINK_BEHAVIOURS.filter((b) => b.id.startsWith('sink.recovers.')).flatMap(
  ({ id }): Broken<SinkScenario>[] => [
    {
      behaviour: id,
      how: 'recovers nothing',
      scenario: sink(() => ({ recover: async () => 'undone' })),
      says: /still open/,
    },
    {
      behaviour: id,
      how: 'announces no step',
      scenario: define({ create: (ctx) => whole.definition.create({ ...ctx, step: async () => {} }) }),
      says: /never announced/,
    },
  ],
);

const rollback = (change: (given: SinkRollback, sink: Sink) => Partial<SinkRollback>): SinkScenario =>
  sink((given) => ({ rollback: { ...given.rollback!, ...change(given.rollback!, given) } }));

const receiptOnly = { inserted: 8, updated: 0, deleted: 0, finalRows: 8 };

const ROLLBACK = SINK_BEHAVIOURS.filter((b) => b.id.startsWith('sink.rollback.')).flatMap(
  ({ id }): Broken<SinkScenario>[] => {
    if (id.startsWith('sink.rollback.stops.'))
      return [
        {
          behaviour: id,
          how: 'announces no step',
          scenario: define({ create: (ctx) => whole.definition.create({ ...ctx, step: async () => {} }) }),
          says: /never announced/,
        },
      ];
    if (['keeps-the-newest', 'keeps-only-when-asked', 'fence-refuses-older'].some((name) => id.endsWith(name)))
      return [];
    return [
      {
        behaviour: id,
        how: 'keeps nothing',
        scenario: rollback(() => ({ backup: async () => null })),
        says: /backup has no rows/,
      },
      {
        behaviour: id,
        how: 'puts nothing back',
        scenario: rollback(() => ({ restore: async () => receiptOnly })),
        says: /was undone/,
      },
      {
        behaviour: id,
        how: 'leaves the state where it is',
        scenario: rollback((given) => ({ restore: (program) => given.restore({ ...program, state: null }) })),
        says: /state was not put back/,
      },
      {
        behaviour: id,
        how: 'does not say in the receipt what it kept',
        scenario: sink((given) => ({
          receipt: async (loadId) => {
            const receipt = await given.receipt(loadId);
            return receipt === null ? null : { ...receipt, detail: {} };
          },
        })),
        says: /receipt says null of the backup/,
      },
    ];
  },
);

let replays = 0;

describe('sink behaviours catch broken sinks', () => {
  catches<SinkScenario>(SINK_BEHAVIOURS, [
    {
      behaviour: 'sink.definition',
      how: 'cannot make a table',
      scenario: define({ capabilities: { ...whole.definition.capabilities, ddl: [] } }),
      says: /create_table/,
    },
    {
      behaviour: 'sink.checks',
      how: 'checks nothing',
      scenario: sink(() => ({ check: async () => [] })),
      says: /tried nothing/,
    },
    {
      behaviour: 'sink.unreachable-is-named',
      how: 'crashes',
      scenario: define({ create: crash }),
      says: /something else was thrown/,
    },
    {
      behaviour: 'sink.staging-invisible',
      how: 'never drops staging',
      scenario: load(() => ({ drop: async () => {} })),
      says: /left behind/,
    },
    {
      behaviour: 'sink.staging-invisible',
      how: 'cannot count',
      scenario: load(() => ({ count: async () => 0 })),
      says: /count\(\) 0/,
    },
    {
      behaviour: 'sink.attaches',
      how: 'begins anew instead',
      scenario: sink((given) => ({ attach: given.begin })),
      says: /two processes/,
    },
    {
      behaviour: 'sink.lanes-agree',
      how: 'accepts a lane that it does not declare',
      scenario: sink(() => ({ accepts: () => [{ id: 'csv', transport: 'stream', cost: 1 }] })),
      says: /not declared/,
    },
    {
      behaviour: 'sink.holds-all-types',
      how: 'takes 64-bit integers through a double',
      scenario: staged((v) =>
        typeof v === 'bigint' && v > 9007199254740992n && v < 2n ** 62n ? BigInt(Number(v)) : v,
      ),
      says: /unexpected/,
    },
    {
      behaviour: 'sink.holds-all-types',
      how: 'refuses a type that it is said to hold',
      scenario: sink((given) => ({
        physicalType: (c) => (c.type.kind === 'uuid' ? { refused: 'no' } : given.physicalType(c)),
      })),
      says: /refuses c_uuid/,
    },
    {
      behaviour: 'sink.quotes-names',
      how: 'folds the case of names',
      scenario: sink((given) => ({
        inspect: async () => {
          const info = await given.inspect();
          return {
            ...info,
            schema: { columns: (info.schema?.columns ?? []).map((c) => ({ ...c, name: c.name.toLowerCase() })) },
          };
        },
      })),
      says: /inspect\(\) says/,
    },
    {
      behaviour: 'sink.fills-framework-columns',
      how: 'takes its own time for the time of the load',
      scenario: sink((given) => ({
        begin: (ref, spec) => given.begin({ ...ref, startedAt: '2020-01-01T00:00:00.000Z' }, spec),
      })),
      says: /__dpone__loaded_at/,
    },
    {
      behaviour: 'sink.measures-checks',
      how: 'finds every check green',
      scenario: load(() => ({ measure: async (checks) => checks.map((check) => ({ check, violations: 0 })) })),
      says: /expected 2/,
    },
    {
      behaviour: 'sink.quarantines',
      how: 'leaves bad rows in staging',
      scenario: load(() => ({ quarantine: async () => 2 })),
      says: /10 left/,
    },
    {
      behaviour: 'sink.refuses-bad-values',
      how: 'cuts what does not fit',
      scenario: staged((v) => (v === '12345678901234.5' ? '1.50' : v)),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'sink.max',
      how: 'compares texts',
      scenario: load(() => ({ max: async () => '9' })),
      says: /max\('id'\)/,
    },
    ...FINALIZE,
    ...BROKEN_COURSES,
    UNFILLED,
    ...SCHEMA,
    {
      behaviour: 'sink.explains',
      how: 'shows nothing',
      scenario: sink(() => ({ explain: () => [] })),
      says: /shows nothing/,
    },
    {
      behaviour: 'sink.receipt-and-state',
      how: 'keeps no receipt',
      scenario: sink(() => ({ receipt: async () => null })),
      says: /The receipt says/,
    },
    {
      behaviour: 'sink.receipt-and-state',
      how: 'keeps no state',
      scenario: sink(() => ({ state: async () => null })),
      says: /The state is/,
    },
    {
      behaviour: 'sink.puts-state',
      how: 'writes whatever is there',
      scenario: sink(() => ({ putState: async () => {} })),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'sink.replay-has-no-effect',
      how: 'forgets which loads it has seen',
      scenario: sink((given) => ({
        begin: (ref, spec) => given.begin({ ...ref, loadId: `${ref.loadId}-${(replays += 1)}` }, spec),
      })),
      says: /after a replay/,
    },
    {
      behaviour: 'sink.locks',
      how: 'gives the lock to everyone',
      scenario: sink(() => ({ lock: async () => ({ fence: 1, heartbeat: async () => {}, release: async () => {} }) })),
      says: /nothing was thrown/,
    },
    {
      behaviour: 'sink.fence-refuses-older',
      how: 'does not look at the fence',
      scenario: sink((given) => ({ begin: (ref, spec) => given.begin({ ...ref, fence: 1_000_000 }, spec) })),
      says: /nothing was thrown/,
    },
    ...RECOVER,
    ...ROLLBACK,
    {
      behaviour: 'sink.rollback.keeps-the-newest',
      how: 'shows a backup for every load',
      scenario: rollback(() => ({ backup: async () => ({ table: 'x', rows: 5, statements: ['x'] }) })),
      says: /expected \[null,null,5\]/,
    },
    {
      behaviour: 'sink.rollback.keeps-only-when-asked',
      how: 'keeps a backup always',
      scenario: define({
        create: (ctx) =>
          whole.definition.create({ ...ctx, options: { ...(ctx.options as object), keep_backup: true } }),
      }),
      says: /A backup was kept/,
    },
    {
      behaviour: 'sink.rollback.fence-refuses-older',
      how: 'does not look at the fence',
      scenario: rollback((given) => ({
        restore: (program) => given.restore({ ...program, load: { ...program.load, fence: 1_000_000 } }),
      })),
      says: /nothing was thrown/,
    },
  ]);
});
