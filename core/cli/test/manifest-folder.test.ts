import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { project, type Project } from './dpone.js';

const ORDERS =
  'source: { type: files, options: { path: a.csv } }\nsink: { type: duckdb, connection: a.duckdb, table: { name: a } }\n';
const RULES =
  'kind: dpone.batch.v1\nnaming: { process_name: "{{ src_table }}", sink_dataset: landing, sink_table: "{{ src_table }}" }\ndefaults:\n  source: { type: postgres, connection: x }\n  sink: { type: duckdb, connection: a.duckdb, strategy: { mode: full_refresh } }\nschemas: { sales: { tables: [orders, items] } }\n';

describe('manifests of a folder', () => {
  let at: Project;
  beforeEach(async () => {
    at = project();
    const put = async (path: string, text: string): Promise<void> => {
      await mkdir(dirname(join(at.path, path)), { recursive: true });
      await writeFile(join(at.path, path), text);
    };
    await put('m/a.yml', `name: a\n${ORDERS}`);
    await put('m/below/b.yaml', RULES);
    await put('m/below/compose.yml', 'services: {}\n');
    await put('m/node_modules/x/c.yml', `name: c\n${ORDERS}`);
    await put('empty/compose.yml', 'services: {}\n');
    await put('red/r.yml', `${RULES}validation: { dataset_pattern: "^raw_" }\n`);
    await put('broken/a.yml', `name: a\n${ORDERS}`);
    await put('broken/b.yml', `name: b\nsource: { type: files, option: {} }\n${ORDERS.split('\n')[1]}\n`);
  });
  afterEach(() => at.remove());

  it('are listed, counted and validated; other YAML is left alone', async () => {
    const list = await at.dpone('manifest', 'list', 'm', '--recursive', '--format', 'json');
    expect(list.code, list.stderr).to.equal(0);
    const { manifests } = JSON.parse(list.stdout) as { manifests: { manifest: string; processes: unknown[] }[] };
    expect(manifests.map(({ manifest, processes }) => [manifest, processes.length])).to.eql([
      ['m/a.yml', 1],
      ['m/below/b.yaml', 2],
    ]);
    const stats = await at.dpone('manifest', 'stats', 'm', '--recursive', '--format', 'json');
    expect(JSON.parse(stats.stdout)).to.deep.include({
      manifests: 2,
      processes: 3,
      sources: { postgres: 2, files: 1 },
      routes: { 'postgres -> duckdb': 2, 'files -> duckdb': 1 },
    });
    expect(JSON.parse((await at.dpone('manifest', 'stats', 'm', '--format', 'json')).stdout)).to.include({
      processes: 1,
    });
    expect((await at.dpone('manifest', 'validate', 'm', '--recursive')).code).to.equal(0);
  });

  it('1 is a broken rule, 2 a manifest that cannot run, or no manifest', async () => {
    const red = await at.dpone('manifest', 'validate', 'red');
    expect(red.stdout).to.include('NAMING_DATASET_PATTERN');
    expect(red.code).to.equal(1);
    expect((await at.dpone('manifest', 'validate', 'red', '--warn-only')).code).to.equal(0);
    const broken = await at.dpone('manifest', 'validate', 'broken', '--warn-only');
    expect(broken.code).to.equal(2);
    expect(broken.stdout).to.match(/broken\/a\.yml\n {2}OK.*broken\/b\.yml\n {2}ERROR/s);
    expect((await at.dpone('manifest', 'list', 'empty')).code).to.equal(2);
  });
}).timeout(60_000);
