import { config, expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { dpone, type CliResult } from '../support/cli.js';
import { tempProject, type TempProject } from '../support/temp-project.js';
import { PROJECT, SECRET, type BadInput } from './bad-input.js';
import { DATA_FILES } from './data-files.js';
import { FLAGS } from './flags.js';
import { MANIFESTS } from './manifests.js';
import { debris, digests, tables } from './project-state.js';
import { STRATEGIES } from './strategies.js';

// The whole output belongs into the message: it is what is to be judged.
config.truncateThreshold = 0;

/** What a run may leave of its own: its records, and a database file whose content is looked at by itself. */
const OWN = (name: string): boolean => /^(\.dpone(\/|$)|shop\.duckdb)/.test(name);

/** Output as one line: messages are wrapped to the terminal's width. */
const oneLine = ({ stdout, stderr }: CliResult): string => `${stdout}\n${stderr}`.replace(/\s+/g, ' ');

function prepare(row: BadInput): TempProject {
  const project = tempProject(PROJECT);
  for (const [name, content] of Object.entries(row.files ?? {})) {
    mkdirSync(dirname(project.file(name)), { recursive: true });
    writeFileSync(project.file(name), content);
  }
  return project;
}

async function holds(row: BadInput, isRun: boolean): Promise<void> {
  const project = prepare(row);
  try {
    if (row.after !== undefined) {
      const before = await dpone(row.after, { cwd: project.path });
      expect(before.code, `the run before it: ${before.stderr}`).to.equal(0);
    }
    const database = project.file('shop.duckdb');
    const isDatabase = row.files?.['shop.duckdb'] === undefined;
    const content = isDatabase ? await tables(database) : {};
    const skip = isRun && isDatabase ? OWN : (name: string) => isRun && name.startsWith('.dpone');
    const files = digests(project.path, skip);

    const result = await dpone(row.args, { cwd: project.path, env: { COLUMNS: '400', ...row.env } });

    const output = oneLine(result);
    expect(output, 'the code').to.contain(row.code);
    for (const fragment of row.says) expect(output).to.contain(fragment);
    expect(result.code, output).to.equal(row.exit);
    expect(
      output
        .match(/DPONE_[A-Z_]+(?= )/g)
        ?.filter((code) => code !== row.code && /^DPONE_(INTERNAL|PLUGIN)/.test(code)) ?? [],
    ).to.deep.equal([]);
    expect(`${result.stdout}${result.stderr}`, 'a stack trace').not.to.match(/^\s+at .*(file:|node:|\.[cm]?js:\d)/m);
    expect(output, 'a secret').not.to.contain(SECRET);
    expect(digests(project.path, skip), 'the files of the project').to.deep.equal(files);
    if (!isDatabase) return;
    expect(await tables(database), 'the tables of the target').to.deep.equal(content);
    expect(await debris(database), 'staging').to.deep.equal([]);
  } finally {
    project.remove();
  }
}

describe('bad input', () => {
  it('is a table of at least 60 rows, no two alike', () => {
    const rows = [...MANIFESTS, ...STRATEGIES, ...FLAGS, ...DATA_FILES];
    expect(rows.length).to.be.at.least(60);
    expect(new Set(rows.map((row) => row.what)).size).to.equal(rows.length);
  });

  describe('manifests', () => MANIFESTS.forEach((row) => it(row.what, () => holds(row, false))));
  describe('strategies', () => STRATEGIES.forEach((row) => it(row.what, () => holds(row, false))));
  describe('commands and flags', () => FLAGS.forEach((row) => it(row.what, () => holds(row, false))));
  describe('source files and targets', () => DATA_FILES.forEach((row) => it(row.what, () => holds(row, true))));
});
