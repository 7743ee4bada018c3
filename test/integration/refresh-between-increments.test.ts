import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { queryDuckdb } from '../support/duckdb.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const sink = (mode: string): string =>
  `sink: {type: duckdb, connection: shop.duckdb, table: items, strategy: {${mode}}}\n`;

/** One process in two manifests: what is there on the first day, and what comes then. */
const REFRESH = `name: items
source: {type: files, options: {path: day1.csv}}
${sink('mode: full_refresh')}`;
const NEWS = `name: items
source: {type: files, options: {path: "day*.csv"}}
${sink('mode: incremental_append')}`;

describe('a full refresh between increments', function () {
  this.timeout(60_000);
  let project: TempProject;
  beforeEach(() => {
    project = tempProject({ 'refresh.yml': REFRESH, 'news.yml': NEWS, 'day1.csv': 'id\n1\n2\n' });
  });
  afterEach(() => project.remove());

  const run = async (manifest: string): Promise<unknown> => {
    const { code, stdout, stderr } = await dpone(['run', manifest, '--format', 'json'], { cwd: project.path });
    expect(code, stdout + stderr).to.equal(0);
    const rows = await queryDuckdb(project.file('shop.duckdb'), 'SELECT id FROM items ORDER BY id');
    return rows.map(({ id }) => Number(id));
  };

  it('leaves a state that says what is there: what it replaced comes again, and what it read does not', async () => {
    expect(await run('news.yml')).to.deep.equal([1, 2]);
    project.write('day2.csv', 'id\n3\n');
    expect(await run('news.yml')).to.deep.equal([1, 2, 3]);
    expect(await run('refresh.yml')).to.deep.equal([1, 2]);
    expect(await run('news.yml')).to.deep.equal([1, 2, 3]);
    expect(await run('news.yml')).to.deep.equal([1, 2, 3]);
  });
});
