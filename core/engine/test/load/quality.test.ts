import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProcesses, type ProcessSpec, type RunEvent } from '@dpone/engine';
import { COLUMNS, memoryProject, memorySpec, orders, type MemoryProject } from '../support/memory-project.js';

describe('quality, contracts and quarantine', () => {
  let project: MemoryProject;
  beforeEach(async () => {
    project = await memoryProject();
    project.store.put('source_orders', COLUMNS, [...orders(1, 8, 1), [9n, null], [1000n, '1.00']]);
  });
  afterEach(() => project.remove());

  const run = (spec: ProcessSpec, onEvent?: (event: RunEvent) => void | Promise<void>, runId?: string) =>
    runProcesses(project.host, [spec], { onEvent, runId });
  const lines = (path: string): Record<string, unknown>[] =>
    readFileSync(join(project.path, path), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const QUARANTINE = memorySpec({
    sink: { options: { limit: 500 } },
    schemaContract: { enforcement: 'quarantine', columns: { amount: { nullable: false } } },
  });

  it('sets rows aside with their reason, and loads the others', async () => {
    const { processes, exit } = await run(QUARANTINE);
    const [result] = processes;
    expect(exit, JSON.stringify(result)).to.equal(0);
    expect(result!.result).to.include({ extracted_rows: 10, rejected_rows: 2, inserted_rows: 8, final_rows: 8 });
    expect(result!.artifacts.quarantine).to.equal(`.dpone/quarantine/${result!.run_id}.jsonl`);
    const set = lines(result!.artifacts.quarantine!);
    expect(set.map((line) => line['reason'])).to.have.members(['1000 is larger than 500', 'not_null.amount']);
    for (const line of set)
      expect(line)
        .to.include({ run_id: result!.run_id, load_id: result!.load_id })
        .and.to.have.all.keys('quarantine_id', 'run_id', 'load_id', 'row', 'reason', 'diagnostics', 'created_at');
    expect(set.map((line) => line['row'])).to.deep.include({ id: '9', amount: null });
  });

  it('without quarantine a row that does not fit fails the load', async () => {
    const { processes, exit } = await run(memorySpec({ sink: { options: { limit: 500 } } }));
    expect(exit).to.equal(3);
    expect(processes[0]!.result.errors[0]).to.include({ code: 'DPONE_VALUE_OUT_OF_RANGE' });
    expect(project.store.table('orders')).to.equal(undefined);
  });

  for (const step of ['stage.checked', 'finalize.begun', 'finalize.receipted'] as const)
    it(`a load abandoned at ${step} leaves no quarantine file once it is undone`, async () => {
      const reached = new Promise<void>((resolve) => {
        void run(
          QUARANTINE,
          (event) => {
            if (event.type !== 'step' || event.step !== step) return undefined;
            resolve();
            project.store.crash();
            return new Promise(() => undefined);
          },
          'first',
        );
      });
      await reached;
      expect(project.files('.dpone/quarantine')).to.deep.equal(['first.jsonl']);
      await run(QUARANTINE, undefined, 'second');
      expect(project.files('.dpone/quarantine')).to.deep.equal(['second.jsonl']);
    });

  it('a load that failed removes its own file, and another load of the same run keeps its own', async () => {
    await run(QUARANTINE, undefined, 'nightly');
    const before = project.files('.dpone/quarantine');
    await run(
      QUARANTINE,
      (event) => {
        if (event.type === 'step' && event.step === 'finalize.begun') throw new Error('broken');
      },
      'nightly',
    );
    expect(project.files('.dpone/quarantine')).to.deep.equal(before);
    const { processes } = await run(QUARANTINE, undefined, 'nightly');
    expect(project.files('.dpone/quarantine')).to.deep.equal(
      ['nightly.jsonl', `nightly.${processes[0]!.load_id}.jsonl`].toSorted(),
    );
  });

  const rule = (quality: ProcessSpec['quality'][number]): ProcessSpec => memorySpec({ quality: [quality] });

  it('a red rule with fail leaves the target unchanged and gives the numbers', async () => {
    const { exit, processes } = await run(rule({ check: 'not_null', columns: ['amount'], on: 'fail' }));
    expect(exit).to.equal(1);
    expect(processes[0]!.result.errors[0]!.code).to.equal('DPONE_QUALITY_FAILED');
    expect(processes[0]!.result.errors[0]!.message).to.equal('not_null.amount: 1 row with NULL');
    expect(project.store.table('orders')).to.equal(undefined);
  });

  it('a red rule with warn warns', async () => {
    const { exit, processes } = await run(rule({ check: 'min_rows', columns: [], value: 11, on: 'warn' }));
    expect(exit).to.equal(0);
    expect(processes[0]!.warnings).to.deep.equal(['quality: min_rows: 10 rows, at least 11 wanted']);
  });

  it('a rule over rows that were set aside judges what is left', async () => {
    const spec = memorySpec({
      quality: [
        { check: 'not_null', columns: ['amount'], on: 'quarantine' },
        { check: 'min_rows', columns: [], value: 10, on: 'fail' },
      ],
    });
    const { processes } = await run(spec);
    expect(processes[0]!.result.errors[0]!.message).to.contain('9 rows, at least 10 wanted');
    expect(project.files('.dpone/quarantine')).to.deep.equal([]);
  });

  it('a rule on a column that is not loaded is refused before anything is written', async () => {
    const { exit, processes } = await run(rule({ check: 'unique', columns: ['amuont'], on: 'fail' }));
    expect(exit).to.equal(2);
    expect(processes[0]!.result.errors[0]!.code).to.equal('DPONE_MANIFEST_INVALID');
    expect(project.files('.dpone')).to.deep.equal([]);
    expect(project.store.durable.receipts).to.deep.equal([]);
  });

  it('drops NOT NULL only when NULLs really come', async () => {
    project.store.put('source_orders', COLUMNS, orders(1, 3, 1));
    project.store.put('orders', [COLUMNS[0]!, { ...COLUMNS[1]!, nullable: false }], []);
    const lineage = { enabled: false, preset: 'off' } as const;
    const first = await run(memorySpec({ lineage }));
    expect(first.processes[0]!.schema_changes).to.deep.equal([]);
    project.store.put('source_orders', COLUMNS, [[1n, null]]);
    const second = await run(memorySpec({ lineage }));
    expect(second.processes[0]!.schema_changes).to.deep.equal(['allow NULL in column amount']);
    expect(project.store.rows('orders', ['id', 'amount'])).to.deep.equal([{ id: 1n, amount: null }]);
  });

  it('a contract that widens is applied, one that the source breaks is refused with both types', async () => {
    const wide = await run(
      memorySpec({
        schemaContract: { columns: { amount: { type: 'decimal', precision: 12, scale: 4, nullable: true } } },
      }),
    );
    expect(wide.exit).to.equal(0);
    expect(project.store.table('orders')!.columns[1]!.type).to.deep.equal({ kind: 'decimal', precision: 12, scale: 4 });
    const narrow = await run(memorySpec({ schemaContract: { columns: { amount: { type: 'date', nullable: true } } } }));
    expect(narrow.exit).to.equal(2);
    expect(narrow.processes[0]!.result.errors[0]!.message).to.contain('decimal(10,2)').and.to.contain('date');
  });
});
