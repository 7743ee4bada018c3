import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import stringWidth from 'string-width';
import { BIN, project, type Project } from './dpone.js';

/** util-linux: runs a command on a pseudo terminal. */
const SCRIPT = '/usr/bin/script';

describe('on a terminal', () => {
  let at: Project;
  beforeEach(function () {
    if (process.platform !== 'linux' || !existsSync(SCRIPT)) this.skip();
    at = project();
  });
  afterEach(() => at?.remove());

  const terminal = (command: string, answers: readonly (readonly [question: string, keys: string])[]) =>
    at.start(
      SCRIPT,
      ['-qec', `stty cols 80; "${process.execPath}" "${BIN}" ${command}`, '/dev/null'],
      { TERM: 'xterm' },
      (c) => {
        let seen = '';
        const left = [...answers];
        c.stdout!.on('data', (text: string) => {
          seen += text;
          const [next] = left;
          if (next === undefined || !seen.includes(next[0])) return;
          left.shift();
          seen = '';
          c.stdin!.write(next[1]);
        });
      },
    );

  it('init asks for what the flags leave open and writes a manifest that runs', async () => {
    const asked = await terminal(
      'init --source-type files --sink-type duckdb --sink-connection new.duckdb --out new.yml',
      [
        ['Which files?', 'orders.csv\r'],
        ['Target table', 'people\r'],
        ['How are they loaded?', '\r'],
      ],
    );
    expect(asked.code, asked.stdout).to.equal(0);
    expect(readFileSync(join(at.path, 'new.yml'), 'utf8'))
      .to.include('path: orders.csv')
      .and.to.include('people');
    expect((await at.dpone('run', 'new.yml')).code).to.equal(0);
  });

  it('run draws one live line and takes it away', async () => {
    const { code, stdout } = await terminal('run orders.yml', []);
    expect(code).to.equal(0);
    if (process.env['CI'] === undefined) expect(stdout).to.include('\u001B[2Korders  staging');
    expect(stdout).to.include('orders: loaded');
  });

  it('preview fits into the terminal, letters of two columns too, and says how to see all', async () => {
    at.write(
      'orders.csv',
      `id,name,note,city\n1,Ada,${'long '.repeat(30)},${'東京都'.repeat(20)}\n2,\u001B[31mred,short,Wien\n`,
    );
    const { code, stdout } = await terminal('preview orders.yml', []);
    expect([code, stdout.includes('\u001B')]).to.eql([0, false]);
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(lines).to.have.lengthOf(6);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).to.equal(80);
    expect(lines.map((line) => line.slice(0, 4).trim())).to.eql(['id', 'int6', '----', '1', '2', 'Cut']);
    expect(lines[3]).to.match(/long…? *…? .*東京都.*…$/);
    expect(lines[5]).to.equal('Cut to 80 columns; --format json prints all.');
  });
}).timeout(60_000);
