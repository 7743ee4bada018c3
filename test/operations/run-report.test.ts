import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { dpone } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

const FIXTURES = fileURLToPath(new URL('../../operations/fixtures/run-report', import.meta.url));

/**
 * The golden files are what `dpone run-report <run>` writes where `records/` is `.dpone/runs`; after a change that is
 * meant, run that and look at the pages before they are taken over.
 */
describe('dpone run-report', () => {
  let project: TempProject;
  before(() => {
    project = tempProject();
    mkdirSync(project.file('.dpone'));
    cpSync(`${FIXTURES}/records`, project.file('.dpone/runs'), { recursive: true });
  });
  after(() => project.remove());

  for (const [run, status] of [
    ['nightly-1', 'failed'],
    ['killed-1', 'interrupted'],
  ] as const)
    it(`writes the same three files from the same records: ${run}, ${status}`, async () => {
      const { code, stdout, stderr } = await dpone(['run-report', run, '--out-dir', 'out', '--format', 'json'], {
        cwd: project.path,
      });
      expect(code, stdout + stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.equal({
        run_id: run,
        status,
        passed: false,
        json_path: `out/${run}/run.json`,
        markdown_path: `out/${run}/run.md`,
        html_path: `out/${run}/run.html`,
      });
      for (const file of ['run.json', 'run.md', 'run.html'])
        expect(readFileSync(project.file(`out/${run}/${file}`), 'utf8'), file).to.equal(
          readFileSync(`${FIXTURES}/expected/${run}/${file}`, 'utf8'),
        );
    });

  it('has a page that needs nothing but itself, and takes no text for markup', () => {
    const page = readFileSync(`${FIXTURES}/expected/killed-1/run.html`, 'utf8');
    expect(page).not.to.match(/<(script|link|img|iframe)\b|https?:|url\(|@import/);
    expect(page).to.contain('&lt;script&gt;alert(&#39;a name that is no markup&#39;)&lt;/script&gt;');
    expect(page).to.contain(`default-src 'none'`);
  });

  it('marks the record of a killed process, so that nobody waits for it', () => {
    const record = JSON.parse(readFileSync(project.file('.dpone/runs/killed-1/orders.json'), 'utf8')) as {
      result: { status: string };
    };
    expect(record.result.status).to.equal('interrupted');
  });

  it('refuses a run of which nothing is recorded, and a record that is none', async () => {
    const unknown = await dpone(['run-report', 'nobody', '--format', 'json'], { cwd: project.path });
    expect(unknown.code).to.equal(2);
    expect(unknown.stdout).to.contain('DPONE_FILE_NOT_FOUND');
    project.write('.dpone/runs/broken.json', '{"run_id":');
    const broken = await dpone(['run-report', 'broken', '--format', 'json'], { cwd: project.path });
    expect(broken.code).to.equal(2);
    expect(broken.stdout).to.contain('DPONE_INPUT_INVALID');
  });
});
