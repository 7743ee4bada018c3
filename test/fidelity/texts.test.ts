import type { ProcessResult } from '@dpone/engine';
import { clickhouseMissing } from '@dpone/test-services';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { runDuckdb } from '../operations/three-tables.js';
import { skipWithout } from '../support/skip-without.js';
import { TARGETS, type Target } from '../support/targets.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

/** Casts of a system's own round, cut and clamp texts in silence: the target has them exactly, or not at all. */
for (const name of ['duckdb', 'clickhouse'] as const)
  describe(`texts of a typed source that become something else in ${name}`, function () {
    this.timeout(120_000);
    let at: TempProject;
    let target: Target;
    before(async function () {
      if (name === 'clickhouse') skipWithout(this, await clickhouseMissing());
      at = tempProject();
      target = await TARGETS[name](at);
      at.write(
        'orders.yml',
        `name: orders
source: {type: duckdb, connection: in.duckdb, table: o}
sink:
  ${target.sink.replaceAll(', ', '\n  ')}
  strategy: {mode: full_refresh}
  options:
    schema_contract:
      enforcement: coerce
      columns: {price: {type: "decimal(9,2)"}, day: {type: date}, moment: {type: timestamp(3)}, pieces: {type: int}}
`,
      );
    });
    after(async () => {
      await target?.close();
      at?.remove();
    });
    const load = async (change: Readonly<Record<string, string>>): Promise<ProcessResult> => {
      const row = { price: '12.50', day: '2026-01-31', moment: '2026-01-31 10:00:00.123', pieces: '300', ...change };
      const columns = Object.entries(row).map(([column, text]) => `'${text}' AS ${column}`);
      await runDuckdb(at.file('in.duckdb'), [
        `CREATE OR REPLACE TABLE o AS SELECT 1::BIGINT AS id, ${columns.join(', ')}`,
      ]);
      const { stdout } = await dpone(['run', 'orders.yml', '--format', 'json'], { cwd: at.path });
      return JSON.parse(stdout) as ProcessResult;
    };

    it('are exactly there', async () => {
      const result = await load({});
      expect(result.passed, JSON.stringify(result)).to.equal(true);
      const [row] = await target.rows(['price', 'day', 'moment', 'pieces']);
      expect(row).to.include({ day: '2026-01-31', moment: '2026-01-31 10:00:00.123', pieces: '300' });
      expect(Number(row!['price'])).to.equal(12.5);
    });

    for (const change of [
      { price: '12.555' },
      { day: '2026-01-31 10:00:00' },
      { moment: '2026-01-31 10:00:00.1234567' },
      { pieces: '5000000000' },
    ])
      it(`or refused: ${JSON.stringify(change)}`, async () => {
        const { result } = await load(change);
        expect(result.errors.map(({ code }) => code)).to.deep.equal(['DPONE_VALUE_OUT_OF_RANGE']);
      });
  });
