import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROTOCOL_STEPS } from '@dpone/engine';
import { ROOT } from './markdown.js';

const SPEC = readFileSync(join(ROOT, 'docs/specs/load-protocol.md'), 'utf8');

/** Rows of the table of tests: `| 1, 4 | a file | words of a title |`. */
const held = [...SPEC.matchAll(/^\| ([\d, ]+?) +\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map((row) => ({
  invariants: row[1]!.split(',').map((number) => Number(number.trim())),
  file: row[2]!,
  title: row[3]!,
}));

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

  for (const { file, title } of held)
    it(`${file} has a test of that title: ${title}`, () => {
      expect(existsSync(join(ROOT, file)), `there is no ${file}`).to.equal(true);
      expect(readFileSync(join(ROOT, file), 'utf8')).to.include(title);
    });
});
