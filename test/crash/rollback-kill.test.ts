import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject } from '../support/temp-project.js';

const MANIFEST = `
name: orders
source: {type: files, options: {path: "in/*.csv", columns: [{name: id, type: bigint}], incremental_strategy: new_files}}
sink:
  type: duckdb
  connection: shop.duckdb
  table: {schema: main, name: orders}
  strategy: {mode: incremental_append}
  options: {keep_backup: true}
state: {type: file}
`;

/** Spread over the whole command, from its start to its end; none of them is asserted. */
const MOMENTS = [250, 400, 500, 600, 700, 850, 1000];

describe('a rollback that is killed', function () {
  this.timeout(120_000);

  for (const moment of MOMENTS)
    it(`after ${moment} ms is whole or not at all, and can be ended by a run or begun again`, async () => {
      const at = tempProject({ 'in/1.csv': 'id\n1\n2\n', 'orders.yml': MANIFEST });
      try {
        const load = async (): Promise<string> => {
          const { code, stdout, stderr } = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path });
          expect(code, stdout + stderr).to.equal(0);
          return (JSON.parse(stdout) as { load_id: string }).load_id;
        };
        const ids = async (): Promise<unknown[]> =>
          (await queryDuckdb(at.file('shop.duckdb'), 'SELECT id FROM orders ORDER BY id')).map((row) => row['id']);
        await load();
        at.write('in/2.csv', 'id\n3\n');
        const wrong = await load();
        const undo = (kill: boolean) =>
          dpone(
            `ops rollback-execute --sink duckdb --target main.orders --load-id ${wrong} --manifest orders.yml --yes --format json`.split(
              ' ',
            ),
            {
              cwd: at.path,
              ...(kill ? { onStart: (child) => void sleep(moment).then(() => child.kill('SIGKILL')) } : {}),
            },
          );
        await undo(true);
        const undone = (await ids()).length === 2;
        expect(await ids()).to.eql(undone ? ['1', '2'] : ['1', '2', '3']);
        const again = await undo(false);
        expect(again.code, again.stdout + again.stderr).to.equal(undone ? 1 : 0);
        expect(await ids()).to.eql(['1', '2']);
        // The state went back with the rows, wherever the kill came: the file is taken again, and once.
        await load();
        expect(await ids()).to.eql(['1', '2', '3']);
        const { code, stdout } = await dpone(['ops', 'recovery-plan', '--format', 'text'], { cwd: at.path });
        expect(code, stdout).to.equal(0);
      } finally {
        at.remove();
      }
    });
});
