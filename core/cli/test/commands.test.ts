import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { BIN, project, type Project } from './dpone.js';

const line = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('commands', () => {
  let at: Project;
  beforeEach(() => (at = project()));
  afterEach(() => at.remove());

  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await at.dpone(...args, '--format', 'json');
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('go together: validate, check, plan, preview, run, history, state', async () => {
    expect(await json('manifest', 'validate', 'orders.yml')).to.deep.include({ passed: true, issues: [] });
    expect(await json('check', 'orders.yml', '--profile', 'ci')).to.include({ passed: true, profile: 'ci' });
    expect(await json('plan', 'orders.yml')).to.have.nested.property('lane.transport', 'pull');
    expect(existsSync(join(at.path, '.dpone/load-packages')), 'a plan writes nothing').to.equal(false);
    expect(await json('preview', 'orders.yml', '--rows', '1')).to.deep.include({ rows: [['1', 'Ada']], more: true });
    expect(await json('run', 'orders.yml')).to.have.nested.include({ passed: true, 'result.inserted_rows': 2 });
    expect((await json('history', 'orders.yml'))['loads']).to.have.lengthOf(1);
    expect(await json('state', 'inspect', 'orders.yml')).to.include({ state: null });
    const list = await json('manifest', 'list', 'orders.yml');
    expect(list).to.have.nested.include({ 'processes[0].name': 'orders', 'processes[0].strategy': 'full_refresh' });
    const why = await json('manifest', 'explain', 'orders.yml', '--why', 'sink.strategy.mode');
    expect(why['explanations']).to.have.nested.property('[0].value', 'full_refresh');
    expect((await json('manifest', 'render', 'orders.yml'))['processes']).to.have.lengthOf(1);
    expect(await json('connectors', 'describe', 'duckdb')).to.include({ plugin: '@dpone/connector-duckdb' });
  });

  it('preview leaves out columns that find no room, and JSON has them all', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `measurement_${i}`);
    at.write('orders.csv', `${names.join(',')}\n${names.map((name) => `${name} of a day`).join(',')}\n`);
    const { stdout } = await at.dpone('preview', 'orders.yml');
    const lines = stdout.trimEnd().split('\n');
    expect(
      lines.every(({ length }) => length <= 80),
      stdout,
    ).to.equal(true);
    expect(line(stdout)).to.match(
      /measurement… .* 24 more columns: measurement_6, .* measurement_25, …\. Cut to 80 columns/,
    );
    const whole = await json('preview', 'orders.yml');
    expect(whole['rows']).to.eql([names.map((name) => `${name} of a day`)]);
  });

  it('count one row as one', async () => {
    at.write('orders.csv', 'id,name\n1,Ada\n');
    const { code, stdout } = await at.dpone('run', 'orders.yml');
    expect(code).to.equal(0);
    expect(line(stdout)).to.match(/read 1 row, .* target 1 row took/);
  });

  it('in JSON print one document on stdout, whatever the exit', async () => {
    at.write('bad.yml', readFileSync(join(at.path, 'orders.yml'), 'utf8').replace('orders.csv', 'gone.csv'));
    for (const [args, exit] of [
      [['run', 'orders.yml'], 0],
      [['run', 'bad.yml'], 3],
      [['run', 'gone.yml'], 2],
      [['rum', 'orders.yml'], 2],
      [['run', 'orders.yml', '--nothing'], 2],
      [['run'], 2],
    ] as const) {
      const { code, stdout, stderr } = await at.dpone(...args, '--format=json');
      expect(code, `${args.join(' ')}: ${stderr}`).to.equal(exit);
      expect(JSON.parse(stdout), args.join(' ')).to.have.property('passed', exit === 0);
      expect(stderr, args.join(' ')).to.not.match(/^\s+at .*\.js/m);
    }
  });

  it('say no by 1: a check of a source that is not there', async () => {
    at.write('bad.yml', readFileSync(join(at.path, 'orders.yml'), 'utf8').replace('orders.csv', 'gone.csv'));
    const red = await at.dpone('check', 'bad.yml');
    expect(red.code, red.stdout).to.equal(1);
    expect(red.stdout).to.include('gone.csv').and.to.include('Not ready.');
  });

  it('correct what is nearly right', async () => {
    const command = line((await at.dpone('rnu', 'orders.yml')).stderr);
    expect(command).to.include('"rnu" is no command of dpone. Did you mean run?');
    expect(line((await at.dpone('state', 'inspct', 'orders.yml')).stderr)).to.include('Did you mean state inspect?');
    expect(line((await at.dpone('run', 'orders.yml', '--formt', 'json')).stderr)).to.include('Did you mean --format?');
    const surplus = line((await at.dpone('init', 'orders')).stderr);
    expect(surplus).to.include('"init" takes no argument; this is one too many: orders.');
    const missing = line((await at.dpone('run')).stderr);
    expect(missing).to.include('Missing 1 required arg: manifest (Manifest: YAML').and.to.not.include('signify');
    const flag = line((await at.dpone('orchestrate', 'run')).stderr);
    expect(flag).to.equal('Error DPONE_USAGE Missing required flag --manifest → Run the command with --help. ');
    const gone = line((await at.dpone('plan', 'gone.yml')).stderr);
    expect(gone).to.equal('Error DPONE_FILE_NOT_FOUND there is no file gone.yml at gone.yml → Check the path. ');
    const value = line((await at.dpone('run', 'orders.yml', '--parallel', 'x')).stderr);
    expect(value).to.include('--parallel: Expected an integer but received: x →');
  });

  it('are quiet where the reader goes away', async () => {
    const script = `set -o pipefail; "${process.execPath}" "${BIN}" manifest explain orders.yml | head -1`;
    const { code, stdout, stderr } = await at.start('bash', ['-c', script]);
    expect(stdout.split('\n')).to.have.lengthOf(2);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
  });

  it('each have help within 80 columns', async () => {
    const { commands } = JSON.parse(readFileSync(join(BIN, '../../oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { hidden?: boolean }>;
    };
    const ids = Object.keys(commands).filter((id) => commands[id]!.hidden !== true);
    expect(ids.length).to.be.greaterThan(15);
    for (const id of ids) {
      const { code, stdout } = await at.dpone(...id.split(':'), '--help');
      expect(code, id).to.equal(0);
      expect(stdout, id).to.include(`$ dpone ${id.replaceAll(':', ' ')}`);
    }
    const { stdout } = await at.dpone('--help');
    for (const text of stdout.split('\n').slice(1)) expect(text.length, text).to.be.lessThan(81);
    expect(stdout).to.not.match(/^ {2}doctor /m);
  });

  it('end by 130 on SIGINT with the target unchanged', async () => {
    expect((await at.dpone('run', 'orders.yml')).code).to.equal(0);
    at.write('orders.csv', 'id,name\n3,Eve\n');
    // The run interrupts itself where it has staged and not yet changed anything.
    const stopped = await at.start(process.execPath, [BIN, 'run', 'orders.yml'], {
      DPONE_FAULT_AT: 'stage.written:1:SIGINT',
    });
    expect(stopped.code, stopped.stderr).to.equal(130);
    expect(stopped.stderr).to.include('Stopping; the target stays as it is.');
    expect((await json('history', 'orders.yml'))['loads']).to.have.lengthOf(1);
    expect((await at.dpone('run', 'orders.yml')).code).to.equal(0);
  });

  it('init writes a manifest that runs, and overwrites none', async () => {
    const init = [
      'init --source-type files --source-option path=orders.csv --sink-type duckdb --sink-connection new.duckdb',
      '--target-table orders --out new.yml',
    ].flatMap((text) => text.split(' '));
    expect((await at.dpone(...init)).code).to.equal(0);
    expect((await at.dpone('run', 'new.yml')).code).to.equal(0);
    const again = await at.dpone(...init);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.include('DPONE_FILE_EXISTS');
    expect((await at.dpone(...init, '--force')).code).to.equal(0);
  });

  describe('on an old Node.js', () => {
    const old = '/usr/bin/node';
    before(function () {
      if (!existsSync(old)) this.skip();
      const major = Number(execFileSync(old, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
      if (major >= 22) this.skip();
    });

    it('refuse by one sentence', async () => {
      await mkdir(join(at.path, 'installed/bin'), { recursive: true });
      await writeFile(join(at.path, 'installed/package.json'), '{"type": "module"}');
      await copyFile(BIN, join(at.path, 'installed/bin/dpone.js'));
      const { code, stdout, stderr } = await at.start(old, ['installed/bin/dpone.js', 'run', 'orders.yml']);
      expect(code).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr).to.match(/^DPONE_NODE_VERSION: dpone needs Node\.js 22\.12 or newer; this is v\d+.*\n$/);
    });

    it('go on with the one of the checkout, exit code and all', async () => {
      expect((await at.start(old, [BIN, '--version'])).stdout).to.match(/ node-v2[2-9]/);
      expect((await at.start(old, [BIN, 'no-such-command'])).code).to.equal(2);
    });
  });
}).timeout(60_000);
