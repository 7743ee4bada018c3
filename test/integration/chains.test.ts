import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const DAY_1 = 'id,name,price\n1,"a ""quoted"" one",1.50\n2,"",2.25\n3,,-0.01\n';
const DAY_2 = 'id,name,price\n4,later,10.00\n';
const COLUMNS = '[{name: id, type: bigint}, {name: name, type: text}, {name: price, type: "decimal(9,2)"}]';

const intoDuckdb = (strategy: string): string => `
name: items
source: {type: files, options: {path: "in/*.csv", incremental_strategy: new_files, columns: ${COLUMNS}}}
sink: {type: duckdb, connection: shop.duckdb, table: items, strategy: {mode: ${strategy}}}
`;

const outOfDuckdb = (path: string, lineage: string): string => `
name: export
source: {type: duckdb, connection: shop.duckdb, table: items}
sink: {type: files, options: {path: ${path}, lineage: ${lineage}}, strategy: {mode: full_refresh}}
`;

describe('loads that follow each other', function () {
  this.timeout(60_000);
  let project: TempProject;
  beforeEach(() => {
    project = tempProject({ 'in/day1.csv': DAY_1, 'in.yml': intoDuckdb('full_refresh') });
  });
  afterEach(() => project.remove());

  const run = async (manifest: string): Promise<void> => {
    const result = await dpone(['run', manifest, '--format', 'json'], { cwd: project.path });
    expect(result.code, result.stdout + result.stderr).to.equal(0);
  };

  const formats = ['csv', 'csv.gz', 'csv.zst', 'tsv', 'jsonl', 'jsonl.zst', 'parquet'];
  for (const [format, lineage] of formats.flatMap((f) => [[f, 'off'] as const, [f, 'minimal'] as const]))
    it(`files -> duckdb -> ${format} (lineage ${lineage}) -> duckdb keeps every value, NULL apart from empty`, async () => {
      await run('in.yml');
      project.write('out.yml', outOfDuckdb(`out/items.${format}`, lineage));
      await run('out.yml');
      project.write(
        'back.yml',
        `name: back
source: {type: files, options: {path: out/items.${format}, columns: ${COLUMNS}}}
sink: {type: duckdb, connection: back.duckdb, table: items, strategy: {mode: full_refresh}}
`,
      );
      await run('back.yml');
      const rows = await queryDuckdb(
        project.file('back.duckdb'),
        'select id, name, price::text as price from items order by id',
      );
      expect(rows).to.deep.equal([
        { id: '1', name: 'a "quoted" one', price: '1.50' },
        { id: '2', name: '', price: '2.25' },
        { id: '3', name: null, price: '-0.01' },
      ]);
    });

  it('a table that dpone loaded is a source like any other: its __dpone__ columns are left out', async () => {
    await run('in.yml');
    project.write('out.yml', outOfDuckdb('out/items.csv', 'off'));
    await run('out.yml');
    expect(readFileSync(project.file('out/items.csv'), 'utf8').split('\n')[0]).to.equal('id,name,price');
  });

  it('an incremental load goes on where a full_refresh by the same cursor stopped', async () => {
    await run('in.yml');
    project.write('in.yml', intoDuckdb('incremental_append'));
    project.write('in/day2.csv', DAY_2);
    await run('in.yml');
    const rows = await queryDuckdb(project.file('shop.duckdb'), 'select id from items order by id');
    expect(rows.map(({ id }) => id)).to.deep.equal(['1', '2', '3', '4']);
  });
});
