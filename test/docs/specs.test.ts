import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { ROOT } from './markdown.js';

const SPEC = readFileSync(join(ROOT, 'docs/specs/load-protocol.md'), 'utf8');

/** Rows of the table of tests: `| 1, 4 | [`words of a title`](../../a file) |`. */
const held = [...SPEC.matchAll(/^\| ([\d, ]+?) +\| \[`([^`]+)`\]\(\.\.\/\.\.\/([^)]+)\) +\|$/gm)].map((row) => ({
  invariants: row[1]!.split(',').map((number) => Number(number.trim())),
  title: row[2]!,
  file: row[3]!,
}));

/** What is wrong with a row; undefined where the file has a test or a behaviour with these words in its title. */
function problem(file: string, title: string): string | undefined {
  if (!existsSync(join(ROOT, file))) return `there is no ${file}`;
  const code = readFileSync(join(ROOT, file), 'utf8').split('\n');
  // Inside of quotes, and not in a comment, which may tell of a test that is gone.
  const has = code.some(
    (line) => !/^\s*(\/\/|\/?\*)/.test(line) && /['"`]/.test(line.slice(0, Math.max(0, line.indexOf(title)))),
  );
  return has ? undefined : `${file} has no test «${title}»`;
}

describe('docs: the load protocol', () => {
  it('names the steps of the engine, in order', () => {
    const steps = [...SPEC.matchAll(/^\| `([a-z]+\.[a-z]+)` +\|/gm)].map((row) => row[1]);
    expect(steps).to.deep.equal([...PROTOCOL_STEPS]);
  });

  it('names a test for every invariant', () => {
    const numbered = [...SPEC.matchAll(/^(\d+)\. \*\*/gm)].map((row) => Number(row[1]));
    expect(numbered).to.have.length.greaterThan(0);
    const covered = new Set(held.flatMap((row) => row.invariants));
    expect(numbered.filter((number) => !covered.has(number))).to.deep.equal([]);
  });

  it('links each to a file that has that test', () => {
    expect(held.length).to.equal([...SPEC.matchAll(/^\| [\d, ]+ +\|/gm)].length);
    expect(held.map(({ file, title }) => problem(file, title)).filter((one) => one !== undefined)).to.deep.equal([]);
  });

  it('a link to no file, or to no test of a file, would be found', () => {
    expect(problem('test/crash/no-such.test.ts', held[0]!.title)).to.match(/there is no/);
    expect(problem(held[0]!.file, 'a title that no test has')).to.match(/has no test/);
  });
});
