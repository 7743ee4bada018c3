import { expect } from 'chai';
import { runProcesses, withTarget, type EngineHost, type ProcessSpec } from '@dpone/engine';
import { fail, type RollbackReport, type SourceDefinition, type StateStoreDefinition } from '@dpone/sdk';
import { backupName } from '../support/memory-rollback.js';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from '../support/memory-project.js';

const KEEP = { sink: { options: { keep_backup: true } } };
const FULL = memorySpec(KEEP);
const APPEND = memorySpec({
  source: { cursor: { kind: 'column', column: 'id' } },
  sink: { ...KEEP.sink, strategy: { mode: 'incremental_append' } },
});

describe('the undoing of a load', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject();
  });
  afterEach(() => project.remove());

  const load = async (spec: ProcessSpec, from: number, to: number, round: number, host: EngineHost = project.host) => {
    project.store.put('source_orders', COLUMNS, orders(from, to, round));
    const { processes, exit } = await runProcesses(host, [spec], {});
    expect(exit, JSON.stringify(processes)).to.equal(0);
    return processes[0]!.load_id;
  };
  const undo = (
    spec: ProcessSpec,
    loadId: string,
    yes: boolean,
    host: EngineHost = project.host,
  ): Promise<RollbackReport> => withTarget(host, spec, (target) => target.rollback(loadId, { yes }));
  const ids = (): number[] =>
    project.store
      .rows('orders', ['id'])
      .map((row) => Number(row['id']))
      .toSorted((a, b) => a - b);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const openPackages = (): string[] => project.files('.dpone/load-packages/.open');

  it('shows first, and changes nothing', async () => {
    await load(FULL, 1, 3, 1);
    const loadId = await load(FULL, 1, 5, 2);
    const before = structuredClone({ ...project.store.durable, receipts: project.store.durable.receipts.length });
    expect(await undo(FULL, loadId, false)).to.deep.include({
      process: 'orders',
      target: 'orders',
      load_id: loadId,
      backup: { table: backupName('orders', loadId), rows: 3 },
      blockers: [],
      statements: [`restore ${backupName('orders', loadId)}`],
      executed: false,
      rollback_load_id: null,
    });
    expect(structuredClone({ ...project.store.durable, receipts: project.store.durable.receipts.length })).to.eql(
      before,
    );
    expect(project.store.locks.size).to.equal(0);
  });

  it('puts rows and state back, leaves a receipt and a package, and the next run loads what was undone', async () => {
    await load(APPEND, 1, 10, 1);
    const loadId = await load(APPEND, 1, 25, 1);
    const report = await undo(APPEND, loadId, true);
    expect(report).to.include({ executed: true, rows_restored: 10, rows_removed: 25 });
    expect(ids()).to.eql(range(1, 10));
    const [receipt] = project.store.durable.receipts;
    expect(receipt).to.include({ loadId: report.rollback_load_id, strategy: 'rollback', inserted: 10, deleted: 25 });
    expect(project.json(`.dpone/load-packages/${report.rollback_load_id}.json`)).to.include({
      status: 'committed',
      rows_loaded: 10,
      error: null,
    });
    expect(openPackages()).to.eql([]);
    expect(project.store.locks.size).to.equal(0);
    await load(APPEND, 1, 30, 1);
    expect(ids()).to.eql(range(1, 30));
  });

  it('undoes the first load that had a state, too: the next run begins anew', async () => {
    project.store.put('orders', [...COLUMNS], orders(500, 501, 0));
    const loadId = await load(APPEND, 1, 4, 1);
    await undo(APPEND, loadId, true);
    expect(ids()).to.eql([500, 501]);
    await load(APPEND, 1, 4, 1);
    expect(ids()).to.eql([1, 2, 3, 4, 500, 501]);
  });

  describe('is refused', () => {
    const refused = async (loadId: string, blocker: string, spec: ProcessSpec = FULL): Promise<void> => {
      const before = ids();
      for (const yes of [false, true]) {
        const report = await undo(spec, loadId, yes);
        expect(report.blockers).to.include(blocker);
        expect(report.executed).to.equal(false);
      }
      expect(ids()).to.eql(before);
      expect(project.store.locks.size).to.equal(0);
    };

    it('without a receipt', async () => {
      await load(FULL, 1, 2, 1);
      await refused('01JDPQ00000000000000000000', 'rollback.receipt_missing');
    });

    it('under a newer load', async () => {
      const loadId = await load(FULL, 1, 2, 1);
      const newer = await load(FULL, 1, 3, 1);
      await refused(loadId, `rollback.newer_load:${newer}`);
    });

    it('a second time, and for the rollback itself', async () => {
      await load(FULL, 1, 2, 1);
      const loadId = await load(FULL, 1, 3, 1);
      const { rollback_load_id } = await undo(FULL, loadId, true);
      await refused(loadId, 'rollback.already_rolled_back');
      await refused(rollback_load_id!, 'rollback.is_a_rollback');
    });

    it('without a backup', async () => {
      await load(memorySpec(), 1, 2, 1);
      const loadId = await load(memorySpec(), 1, 3, 1);
      await refused(loadId, 'rollback.backup_missing');
    });

    it('with a backup that is not what the receipt says', async () => {
      await load(FULL, 1, 5, 1);
      const loadId = await load(FULL, 1, 3, 1);
      project.store.put(backupName('orders', loadId), COLUMNS, orders(1, 4, 1));
      await refused(loadId, 'rollback.backup_changed');
    });

    it('where the state is of a later load', async () => {
      await load(APPEND, 1, 2, 1);
      const loadId = await load(APPEND, 1, 3, 1);
      const [key, record] = [...project.store.durable.states][0]!;
      project.store.durable.states.set(key, { ...record, loadId: 'other' });
      await refused(loadId, 'rollback.state_changed', APPEND);
    });

    it('where the source has thrown away what it was told is loaded', async () => {
      await load(APPEND, 1, 2, 1);
      const loadId = await load(APPEND, 1, 3, 1);
      const cdc = { ...APPEND, source: { ...APPEND.source, cursor: { kind: 'cdc' as const } } };
      const host: EngineHost = {
        ...project.host,
        definition: async (kind, id) => {
          const definition = await project.host.definition(kind, id);
          if (kind !== 'source') return definition;
          const source = definition as SourceDefinition;
          const logged: SourceDefinition = { ...source, capabilities: { ...source.capabilities, cursors: ['cdc'] } };
          return logged as typeof definition;
        },
      };
      for (const yes of [false, true])
        expect((await undo(cdc, loadId, yes, host)).blockers).to.include('rollback.state_not_rewindable');
      expect(ids()).to.eql([1, 2, 3]);
    });

    it('for a load of another target of the same place', async () => {
      const loadId = await load(FULL, 1, 2, 1);
      const other = memorySpec({ ...KEEP, sink: { ...KEEP.sink, table: { name: 'customers' } } });
      await refused(loadId, 'rollback.other_target', other);
    });

    it('while a load is open, in a preview; carried out, the open load is ended first', async () => {
      await load(FULL, 1, 2, 1);
      const loadId = await load(FULL, 1, 3, 1);
      project.store.staging.set('killed', { target: 'orders', partitions: new Map() });
      expect((await undo(FULL, loadId, false)).blockers).to.eql(['rollback.open_load:killed']);
      expect(await undo(FULL, loadId, true)).to.include({ executed: true });
      expect(project.store.staging.size).to.equal(0);
    });

    it('while another holds the target', async () => {
      await load(FULL, 1, 2, 1);
      const loadId = await load(FULL, 1, 3, 1);
      project.store.locks.set('orders', { loadId: 'other', session: 0 });
      const spec = memorySpec({ ...KEEP, engine: { lockTimeoutSeconds: 0 } });
      const error = await undo(spec, loadId, true).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'DPONE_TARGET_LOCKED');
      expect(ids()).to.eql([1, 2, 3]);
    });
  });

  it('warns of rows that somebody else has written since', async () => {
    await load(FULL, 1, 2, 1);
    const loadId = await load(FULL, 1, 3, 1);
    project.store.put('orders', COLUMNS, orders(1, 7, 1));
    const { warnings } = await undo(FULL, loadId, false);
    expect(warnings.join()).to.match(/left 3 rows, the target has 7/);
  });

  describe('with a state outside of the target', () => {
    const OUTSIDE = memorySpec({ ...APPEND, state: { type: 'file', options: {} } });

    /** The host, whose state store dies at the next write. */
    const dying = (): EngineHost => ({
      ...project.host,
      definition: async (kind, id) => {
        const definition = await project.host.definition(kind, id);
        if (kind !== 'stateStore') return definition;
        const { create } = definition as StateStoreDefinition;
        const broken: StateStoreDefinition = {
          ...(definition as StateStoreDefinition),
          create: async (ctx) => {
            const store = await create(ctx);
            store.put = () => Promise.reject(fail('DPONE_DISK_FULL', 'no space is left'));
            return store;
          },
        };
        return broken as typeof definition;
      },
    });

    it('puts it back after the commit', async () => {
      await load(OUTSIDE, 1, 10, 1);
      const loadId = await load(OUTSIDE, 1, 25, 1);
      await undo(OUTSIDE, loadId, true);
      expect(ids()).to.eql(range(1, 10));
      await load(OUTSIDE, 1, 26, 1);
      expect(ids()).to.eql(range(1, 26));
    });

    it('leaves it to the next run where it died between the two: nothing is lost, nothing comes twice', async () => {
      await load(OUTSIDE, 1, 10, 1);
      const loadId = await load(OUTSIDE, 1, 25, 1);
      const error = await undo(OUTSIDE, loadId, true, dying()).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'DPONE_DISK_FULL');
      expect(ids(), 'the change has committed').to.eql(range(1, 10));
      expect(openPackages()).to.have.length(1);
      await load(OUTSIDE, 1, 26, 1);
      expect(ids()).to.eql(range(1, 26));
      expect(openPackages()).to.eql([]);
    });
  });
});
