import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessResult } from '@dpone/engine';
import { clickhouseMissing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { TARGETS, type Target } from '../support/targets.js';

const DAY_1 = 'id,customer,amount\n1,Ada,10\n2,Grace,20\n';
const RENAMED = 'id,client,amount\n3,Edsger,30\n';

/** Unlike those of a file its types are not guessed. */
const DUCKDB = '{type: duckdb, connection: in.duckdb, table: o}';
const SNAPSHOT = 'snapshot_diff, unique_key: id';

for (const [name, open] of Object.entries(TARGETS))
  describe(`schema evolution in ${name}`, function () {
    this.timeout(240_000);
    let at: TempProject;
    let target: Target;
    before(async function () {
      if (name === 'clickhouse') skipWithout(this, await clickhouseMissing());
    });
    beforeEach(async () => {
      at = tempProject();
      target = await open(at);
    });
    afterEach(async () => {
      await target.close();
      at.remove();
    });

    /** Loads these rows, with a policy, and gives what the run says. */
    const load = async (
      ...given: Parameters<typeof write>
    ): Promise<{ code: number | null; result: ProcessResult }> => {
      write(...given);
      const { code, stdout, stderr } = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path });
      expect(stdout, stderr).to.match(/^\{/);
      return { code, result: JSON.parse(stdout) as ProcessResult };
    };
    const write = (rows: string, policy: string, mode = 'incremental_append', source?: string): void => {
      const columns = rows
        .split('\n')[0]!
        .split(',')
        .map((column) => `{name: ${column}, type: ${TYPES[column] ?? 'text'}}`);
      const file = `in/${String(readdirSync(at.path).length)}${Math.random()}.csv`;
      at.write(file, rows);
      at.write(
        'orders.yml',
        `name: orders
source: ${source ?? `{type: files, options: {path: "${file}", columns: [${columns.join(', ')}]}}`}
sink:
  ${target.sink.replaceAll(', ', '\n  ')}
  strategy: {mode: ${mode}}
  options: {schema_evolution: ${policy}}
`,
      );
    };
    const TYPES: Record<string, string> = { id: 'bigint', amount: 'int' };
    const loaded = async (rows: string, policy: string, mode?: string, source?: string): Promise<ProcessResult> => {
      const { code, result } = await load(rows, policy, mode, source);
      expect(code, JSON.stringify(result)).to.equal(0);
      return result;
    };
    const ledger = (folder = '.dpone/schema-ledger/orders'): Record<string, unknown>[] =>
      readdirSync(at.file(folder)).map(
        (file) => JSON.parse(readFileSync(at.file(`${folder}/${file}`), 'utf8')) as Record<string, unknown>,
      );

    it('renames a column by mapping, keeps its values, and writes the change down', async () => {
      await loaded(DAY_1, '{renames: {customer: client}}');
      const result = await loaded(RENAMED, '{renames: {customer: client}}');
      expect(result.schema_changes).to.deep.equal(['rename column customer to client']);
      expect(await target.rows(['id', 'client'])).to.deep.equal([
        { id: '1', client: 'Ada' },
        { id: '2', client: 'Grace' },
        { id: '3', client: 'Edsger' },
      ]);
      const changes = ledger().flatMap((file) => (file['load_id'] === result.load_id ? [file['changes']] : []));
      expect(changes).to.deep.equal([[{ description: 'rename column customer to client' }]]);
      const again = await loaded('id,client,amount\n4,Barbara,40\n', '{renames: {customer: client}}', 'full_refresh');
      expect(again.schema_changes).to.deep.equal([]);
    });

    it('renames where staging would take the place of the table', async () => {
      await loaded(DAY_1, '{enabled: true}', 'full_refresh');
      await loaded(RENAMED, '{renames: {customer: client}}', 'full_refresh');
      expect(await target.rows(['id', 'client'])).to.deep.equal([{ id: '3', client: 'Edsger' }]);
    });

    it('goes on without a change that waits, and makes it once it is approved', async () => {
      const policy = '{ddl_mode: manual_approval, renames: {customer: client}}';
      await loaded(DAY_1, policy);
      const first = await loaded('id,client,amount,note\n3,Edsger,30,hello\n', policy);
      expect(first.schema_changes).to.deep.equal([]);
      expect(first.schema_pending.map(({ change }) => change)).to.have.members([
        'rename column customer to client',
        'add column note string',
      ]);
      expect(first.warnings.join('\n')).to.contain('dpone schema approve --ledger .dpone/schema-ledger/orders/sch_');
      expect(await target.rows(['id', 'customer'])).to.deep.include({ id: '3', customer: 'Edsger' });
      for (const { ledger: file } of first.schema_pending) {
        const approve = ['schema', 'approve', '--ledger', file, '--approver', 'ada'];
        expect((await dpone(approve, { cwd: at.path })).code).to.equal(0);
      }
      const second = await loaded('id,client,amount,note\n4,Barbara,40,hi\n', policy);
      expect(second.schema_changes).to.have.members(['rename column customer to client', 'add column note string']);
      expect(second.schema_pending).to.deep.equal([]);
      expect(await target.rows(['id', 'client', 'note'])).to.deep.equal([
        { id: '1', client: 'Ada', note: null },
        { id: '2', client: 'Grace', note: null },
        { id: '3', client: 'Edsger', note: null },
        { id: '4', client: 'Barbara', note: 'hi' },
      ]);
    });

    it('sets rows aside whose value is of another type', async () => {
      await loaded(DAY_1, '{enabled: true}');
      TYPES['amount'] = 'text';
      try {
        const { code, result } = await load(
          'id,customer,amount\n3,Edsger,30\n4,Barbara,many\n',
          '{on_type_change: quarantine}',
        );
        if (name === 'clickhouse') {
          // Its lanes cast all rows or none.
          expect(result.result.errors[0]!.code).to.equal('DPONE_NO_LANE');
          return;
        }
        expect(code, JSON.stringify(result)).to.equal(0);
        expect(result.result).to.include({ inserted_rows: 1, rejected_rows: 1 });
        expect(await target.rows(['id', 'amount'])).to.deep.include({ id: '3', amount: '30' });
      } finally {
        TYPES['amount'] = 'int';
      }
    });

    const approve = async (file: string, ...flags: readonly string[]): Promise<void> => {
      const { code, stderr } = await dpone(['schema', 'approve', '--ledger', file, '--approver', 'ada', ...flags], {
        cwd: at.path,
      });
      expect(code, stderr).to.equal(0);
    };

    it('holds the contracting steps of a plan until they are approved, and then makes them', async () => {
      await loaded('id,customer,amount\n1,Ada,10\n', '{on_type_change: new_column}');
      at.write(
        'plan.json',
        JSON.stringify({
          table: 'orders',
          phases: ['expand', 'backfill', 'contract'],
          actions: [
            { phase: 'contract', schema_change_id: 'sch_1', column: 'customer', change_type: 'drop_column' },
            { phase: 'expand', schema_change_id: 'sch_2', column: 'amount', change_type: 'add_generated_column' },
            { phase: 'contract', schema_change_id: 'sch_3', column: 'amount', change_type: 'map_to_generated_column' },
          ],
        }),
      );
      const policy = '{expand_contract: plan.json}';
      TYPES['amount'] = 'text';
      try {
        const held = await load('id,amount\n2,many\n', policy);
        const generated = '__dpone__nc__amount';
        // The values have nowhere to go until the column is there.
        expect(held.result.schema_pending.map(({ change }) => change)).to.have.members([
          'drop column customer',
          `add column ${generated} string`,
        ]);
        await approve(held.result.schema_pending.find(({ change }) => change.startsWith('add'))!.ledger);
        const expanded = await loaded('id,amount\n3,many\n', policy);
        expect(expanded.schema_changes).to.deep.equal([`add column ${generated} string`]);
        expect(expanded.schema_pending.map(({ change }) => change)).to.deep.equal(['drop column customer']);
        expect(await target.rows(['id', 'customer', 'amount', generated])).to.deep.include.members([
          { id: '1', customer: 'Ada', amount: '10', [generated]: null },
          { id: '3', customer: null, amount: null, [generated]: 'many' },
        ]);
        await approve('plan.json');
        // The old amount is in no other column yet, and a wrong moment for an approval changes nothing.
        const early = await load('id,amount\n4,few\n', policy);
        const [refusal] = early.result.result.errors;
        expect([early.code, refusal!.code, refusal!.where]).to.deep.equal([2, 'DPONE_SCHEMA_BREAKING', 'plan.json']);
        expect(refusal!.message).to.match(/^1 row of \S+ has a value in amount and none in __dpone__nc__amount, /);
        expect(await target.rows(['id', 'customer', 'amount'])).to.deep.include({
          id: '1',
          customer: 'Ada',
          amount: '10',
        });
        if (name === 'clickhouse') {
          const [, file] = /--ledger (\S+)/.exec(refusal!.remedy)!;
          await approve(file!, '--drop-unfilled');
        } else await target.run(`UPDATE orders SET ${generated} = 'ten' WHERE id = 1`);
        write('id,amount\n4,few\n', policy);
        // Before the target has the change, and right after it.
        for (const step of ['finalize.changed', 'finalize.committed']) {
          const killed = await dpone(['run', 'orders.yml'], { cwd: at.path, env: { DPONE_FAULT_AT: step } });
          expect(killed.signal, killed.stdout + killed.stderr).to.equal('SIGKILL');
        }
        expect((await dpone(['run', 'orders.yml'], { cwd: at.path })).code).to.equal(0);
        expect(await target.rows(['id', 'amount'])).to.deep.include.members([
          { id: '1', amount: name === 'clickhouse' ? null : 'ten' },
          { id: '3', amount: 'many' },
          { id: '4', amount: 'few' },
        ]);
        const applied = ledger().flatMap((file) => (file['status'] === 'applied' ? [file['changes']] : []));
        expect(applied).to.deep.include([
          { description: 'drop column customer' },
          { description: 'drop column amount' },
          { description: `rename column ${generated} to amount` },
        ]);
        // Done: the plan may stay where it is.
        const after = await loaded('id,amount\n5,none\n', policy, 'full_refresh');
        expect([after.schema_changes, after.schema_pending]).to.deep.equal([[], []]);
      } finally {
        TYPES['amount'] = 'int';
      }
    });

    it('sets rows aside that have a value in a column which the target lacks', async () => {
      await loaded(DAY_1, '{enabled: true}');
      const rows = 'id,customer,amount,note\n3,Edsger,30,\n4,Barbara,40,hi\n';
      const aside = await loaded(rows, '{columns: quarantine}');
      expect(aside.result).to.include({ inserted_rows: 1, rejected_rows: 1 });
      expect(readFileSync(at.file(aside.artifacts.quarantine!), 'utf8'))
        .to.contain('Barbara')
        .and.to.contain('new_column.note');
      expect((await target.rows(['id', 'customer'])).map(({ id }) => id)).to.have.members(['1', '2', '3']);
      const again = await loaded(rows, '{columns: quarantine}', 'full_refresh');
      expect(again.result).to.include({ inserted_rows: 1, rejected_rows: 1 });
      expect(again.schema_changes).to.deep.equal([]);
      expect(await target.rows(['id', 'customer', 'amount'])).to.deep.equal([
        { id: '3', customer: 'Edsger', amount: '30' },
      ]);
    });

    it('lets a large table and a wider type wait for approval', async () => {
      await loaded(DAY_1, '{enabled: true}');
      const more = 'id,customer,amount,note\n3,E,30,x\n';
      expect((await loaded(more, '{max_table_size_for_inline_ddl: 2}')).schema_changes).to.have.lengthOf(1);
      const large = await loaded('id,customer,amount,note,extra\n4,B,40,y,z\n', '{max_table_size_for_inline_ddl: 2}');
      expect(large.schema_changes).to.deep.equal([]);
      expect(large.warnings.join()).to.contain('the table has more than 2 rows');
      const made = 'CREATE TABLE f.o AS SELECT 5::BIGINT AS id, 5000000000 AS amount';
      await queryDuckdb(':memory:', `ATTACH '${at.file('in.duckdb')}' AS f; ${made}`);
      const limits = 'on_breaking: ignore, lock_timeout_seconds: 5, statement_timeout_seconds: 60';
      const waiting = await load('id\n', `{allow_blocking_online: false, ${limits}}`, SNAPSHOT, DUCKDB);
      expect(waiting.result.result.errors.map(({ code }) => code)).to.not.deep.equal([]);
      expect(waiting.result.schema_pending.map(({ change }) => change)).to.deep.equal([
        'widen column amount from int32 to int64',
      ]);
      await approve(waiting.result.schema_pending[0]!.ledger);
      const released = await loaded('id\n', `{allow_blocking_online: false, ${limits}}`, SNAPSHOT, DUCKDB);
      expect(released.schema_changes).to.include('widen column amount from int32 to int64');
      expect(released.warnings.filter((text) => text.includes('has no such limit'))).to.have.lengthOf(
        name === 'postgres' ? 0 : 2,
      );
      expect(await target.rows(['id', 'amount'])).to.deep.include({ id: '5', amount: '5000000000' });
    });

    if (name === 'duckdb') {
      it('an approval of other bytes releases nothing', async () => {
        const policy = '{ddl_mode: manual_approval, columns: evolve}';
        await loaded(DAY_1, policy);
        const { schema_pending } = await loaded('id,customer,amount,note\n3,E,30,x\n', policy);
        const file = schema_pending[0]!.ledger;
        await dpone(['schema', 'approve', '--ledger', file, '--approver', 'ada'], { cwd: at.path });
        at.write(file, `${readFileSync(at.file(file), 'utf8')}\n`);
        const { schema_pending: still } = await loaded('id,customer,amount,note\n4,E,30,x\n', policy);
        expect(still).to.have.lengthOf(1);
      });

      it('disables a process whose schema changes, until somebody releases the change', async () => {
        const policy = '{on_schema_change: disable_pipeline}';
        await loaded(DAY_1, policy);
        const stopped = await load('id,customer,amount,note\n3,E,30,x\n', policy);
        expect(stopped.code).to.equal(2);
        const [error] = stopped.result.result.errors;
        expect(error!.message).to.equal('orders is disabled: the schema changed: add column note string');
        const file = /--ledger (\S+)/.exec(error!.remedy)![1]!;
        const still = await load('id,customer,amount\n4,B,40\n', policy);
        expect([still.code, still.result.result.errors[0]!.message]).to.deep.equal([2, error!.message]);
        for (const other of ['{on_schema_change: apply}', '{enabled: false}']) {
          const changed = await load('id,customer,amount\n4,B,40\n', other);
          expect([changed.code, changed.result.result.errors[0]!.message]).to.deep.equal([2, error!.message]);
          expect(changed.result.result.errors[0]!.remedy).to.contain(file);
        }
        expect(await target.rows(['id'])).to.have.lengthOf(2);
        await approve(file);
        expect((await loaded('id,customer,amount,note\n5,D,50,y\n', policy)).schema_changes).to.deep.equal([
          'add column note string',
        ]);
      });

      it('goes on after a breaking change where that loses nothing', async () => {
        await loaded(DAY_1, '{enabled: true}');
        const ignoring = '{on_breaking: ignore, columns: freeze}';
        const result = await loaded('id,amount,note\n3,30,x\n', ignoring);
        expect(result.warnings.join('\n'))
          .to.contain('customer: source absent')
          .and.to.contain('left out of the load: note');
        TYPES['amount'] = 'text';
        try {
          expect((await loaded('id,amount\n4,40\n', ignoring)).warnings.join('\n')).to.contain('on_breaking is ignore');
          const lost = await load('id,amount\n5,many\n', ignoring);
          expect(lost.code).to.not.equal(0);
        } finally {
          TYPES['amount'] = 'int';
        }
        expect(await target.rows(['id', 'customer', 'amount'])).to.deep.equal([
          { id: '1', customer: 'Ada', amount: '10' },
          { id: '2', customer: 'Grace', amount: '20' },
          { id: '3', customer: null, amount: '30' },
          { id: '4', customer: null, amount: '40' },
        ]);
      });

      it('does nothing to a table that is not there and is to be ignored, and keeps reserved columns where it may', async () => {
        const absent = await loaded(DAY_1, '{tables: ignore}');
        expect(absent.warnings.join()).to.contain('nothing is loaded');
        expect(absent.result.inserted_rows).to.equal(0);
        const reserved = 'id,customer,amount,__dpone__origin,__dpone__load_id\n1,Ada,10,shop,old\n';
        await loaded(reserved, '{allow_reserved_dpone_columns: true}');
        const [row] = await target.rows(['__dpone__origin', '__dpone__load_id']);
        expect(row!['__dpone__origin']).to.equal('shop');
        expect(row!['__dpone__load_id']).to.not.equal('old');
      });

      it('stops where the policy says so, the target unchanged, and leaves columns out where it says that', async () => {
        await loaded(DAY_1, '{enabled: true}');
        const more = 'id,customer,amount,note\n3,E,30,x\n';
        const stopped = await load(more, '{on_schema_change: fail}');
        expect(stopped.code).to.equal(2);
        expect(stopped.result.result.errors[0]!.message).to.contain('add column note string');
        expect(stopped.result.result.errors[0]!.where).to.match(
          /^orders\.yml:\d+:\d+ sink\.options\.schema_evolution\.on_schema_change$/,
        );
        const waiting = await load(more, '{on_schema_change: fail, ddl_mode: plan_only}');
        expect(waiting.code).to.equal(2);
        expect(waiting.result.schema_pending).to.have.lengthOf(1);
        const frozen = await load(more, '{columns: freeze}');
        expect(frozen.result.result.errors[0]!.message).to.contain('schema_evolution.columns is freeze');
        expect(await target.rows(['id'])).to.have.lengthOf(2);
        const ignored = await loaded(more, '{columns: ignore}');
        expect(ignored.warnings.join()).to.contain('left out of the load: note');
        expect(await target.rows(['id', 'customer'])).to.have.lengthOf(3);
        const closed = new Date(Date.now() + 2 * 3_600_000).toISOString().slice(11, 16);
        const later = new Date(Date.now() + 3 * 3_600_000).toISOString().slice(11, 16);
        const window = await loaded(more, `{ddl_mode: safe_window, window: "${closed}-${later}"}`);
        expect(window.schema_pending).to.have.lengthOf(1);
        const open24 = await loaded(more, `{ddl_mode: safe_window, window: "${later}-${closed}"}`);
        expect(open24.schema_changes).to.deep.equal(['add column note string']);
      });
    }
  });
