import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { dpone, type CliResult } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';

describe('the command of any gate', () => {
  let at: TempProject;
  beforeEach(() => {
    at = tempProject({ 'in/a.json': '{"passed": true}', 'in/b.json': '{"passed": false}' });
  });
  afterEach(() => at.remove());
  const run = (args: readonly string[], stdin?: string): Promise<CliResult> =>
    dpone(args, { cwd: at.path, ...(stdin === undefined ? {} : { stdin }) });
  const index = (...more: string[]): Promise<CliResult> =>
    run(['ops', 'artifact-index', '--root', 'in', '--output-dir', 'out', ...more]);

  it('prints the report in every format, and writes the same files whichever it is', async () => {
    const printed: Record<string, string> = {};
    const written = new Set<string>();
    for (const format of ['md', 'json', 'text', 'junit', 'sarif', 'github']) {
      const { code, stdout, stderr } = await index('--format', format);
      expect(code, stderr).to.equal(1);
      printed[format] = stdout;
      written.add(readFileSync(at.file('out/artifact_index.json'), 'utf8'));
    }
    expect(written.size).to.equal(1);
    expect(printed['md']).to.equal(readFileSync(at.file('out/artifact_index.md'), 'utf8'));
    expect(JSON.parse(printed['json']!)).to.include({ passed: false });
    expect(printed['text']).to.equal('not passed\n- in/b.json.not_passed\n');
    expect(printed['junit']).to.match(/^<\?xml .*failures="1"/s);
    expect(JSON.parse(printed['sarif']!)).to.have.nested.property('runs[0].results[0].level', 'error');
    expect(printed['github']).to.equal('::error title=dpone ops artifact-index::in/b.json.not_passed\n');
  });

  it('writes one HTML file on request', async () => {
    await index('--html', 'page.html');
    const html = readFileSync(at.file('page.html'), 'utf8');
    expect(html)
      .to.match(/^<!doctype html>/)
      .and.to.include('in/b.json.not_passed');
    expect(html).to.not.match(/<script|<link|https?:\/\//);
  });

  it('reads JSON from the command line, a file or standard input, and says no word of what it cannot read', async () => {
    at.write('rows.json', '[{"id": 1}]');
    const check = (value: string, stdin?: string) =>
      run(['ops', 'contract-check', '--rows-json', value, '--contract-json', '{"not_null":["id"]}'], stdin);
    for (const [value, stdin] of [['[{"id": 1}]'], ['@rows.json'], ['@-', '[{"id": 1}]']] as const)
      expect((await check(value, stdin)).code, value).to.equal(0);
    const bad = await check('[{"password": "hunter2"');
    expect(bad.code).to.equal(2);
    expect(bad.stderr).to.include('--rows-json').and.to.not.include('hunter2');
    expect((await check('@none.json')).code).to.equal(2);
  });

  it('refuses wrong usage with exit code 2, and writes nothing', async () => {
    for (const args of [['--root'], ['--roots', 'in'], ['--format', 'xml'], ['stray'], ['--root', 'none']]) {
      const { code, stdout, stderr } = await run(['ops', 'artifact-index', '--output-dir', 'refused', ...args]);
      expect(code, args.join(' ')).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr)
        .to.match(/^Error DPONE_/)
        .and.to.not.match(/\n\s+at .*:\d+:\d+/);
    }
    expect(existsSync(at.file('refused'))).to.equal(false);
  });

  it('names waived requirements on standard error, and a policy can forbid them', async () => {
    at.write('policy.json', '{"forbid_waived": true}');
    const gate = (...more: string[]) =>
      run([
        'ops',
        'production-maturity',
        '--release',
        'v1',
        '--require',
        'docs',
        '--artifact',
        'docs=in/a.json',
        ...more,
      ]);
    const waived = await gate();
    expect(waived.code).to.equal(0);
    expect(waived.stderr).to.include('security is waived');
    const forbidden = await gate('--policy', 'policy.json', '--format', 'json');
    expect(forbidden.code).to.equal(1);
    expect((JSON.parse(forbidden.stdout) as { blockers: string[] }).blockers).to.include('policy.waived:security');
  });
}).timeout(60_000);
