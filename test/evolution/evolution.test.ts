import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessResult } from '@dpone/engine';
import { clickhouseMissing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { skipWithout } from '../support/skip-without.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { TARGETS, type Target } from '../support/targets.js';

const DAY_1 = 'id,customer,amount\n1,Ada,10\n2,Grace,20\n';
const RENAMED = 'id,client,amount\n3,Edsger,30\n';

for (const [name, open] of Object.entries(TARGETS))
  describe(`schema evolution in ${name}`, function () {
    this.timeout(120_000);
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
      rows: string,
      policy: string,
      mode = 'incremental_append',
    ): Promise<{ code: number | null; result: ProcessResult }> => {
      const columns = rows
        .split('\n')[0]!
        .split(',')
        .map((column) => `{name: ${column}, type: ${TYPES[column] ?? 'text'}}`);
      const file = `in/${String(readdirSync(at.path).length)}${Math.random()}.csv`;
      at.write(file, rows);
      at.write(
        'orders.yml',
        `name: orders
source: {type: files, options: {path: "${file}", columns: [${columns.join(', ')}]}}
sink:
  ${target.sink.replaceAll(', ', '\n  ')}
  strategy: {mode: ${mode}}
  options: {schema_evolution: ${policy}}
`,
      );
      const { code, stdout, stderr } = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path });
      expect(stdout, stderr).to.match(/^\{/);
      return { code, result: JSON.parse(stdout) as ProcessResult };
    };
    const TYPES: Record<string, string> = { id: 'bigint', amount: 'int' };
    const loaded = async (rows: string, policy: string, mode?: string): Promise<ProcessResult> => {
      const { code, result } = await load(rows, policy, mode);
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
