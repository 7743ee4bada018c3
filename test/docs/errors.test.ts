import { expect } from 'chai';
import { ERRORS } from '@dpone/sdk';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentVariables } from './environment-variables.js';
import { pages, ROOT } from './markdown.js';

const code = /\bDPONE_[A-Z][A-Z_]*[A-Z]\b/g;

/** The TypeScript of the packages under some folders. */
const sources = (folders: readonly string[]): string[] =>
  globSync(
    folders.map((folder) => `${folder}/*/src/**/*.ts`),
    { cwd: ROOT },
  ).map((path) => readFileSync(join(ROOT, path), 'utf8'));

describe('docs: error codes', () => {
  const reference = readFileSync(join(ROOT, 'docs/reference/errors.md'), 'utf8');
  const documented = [...reference.matchAll(/^## (DPONE_[A-Z_]+)$/gm)].map((match) => match[1]!);

  it('the reference has every code of the table, once, and no other', () => {
    expect(documented.toSorted()).to.deep.equal(Object.keys(ERRORS).toSorted());
  });

  it('every environment variable that the code reads is documented', () => {
    const read = sources(['core', 'plugins']).flatMap((text) =>
      [...text.matchAll(/\benv(?:\.|\[')(DPONE_[A-Z_]+)|fromEnv\('(DPONE_[A-Z_]+)'/g)].map(
        (match) => match[1] ?? match[2]!,
      ),
    );
    expect(read).to.include('DPONE_DEBUG');
    const documented = environmentVariables();
    expect([...new Set(read)].filter((name) => !documented.has(name))).to.deep.equal([]);
  });

  it('every code that a page names exists', () => {
    // Those who work on dpone read of variables of its tests, too.
    const ofTests = globSync('test/**/*.ts', { cwd: ROOT, exclude: ['**/dist/**'] }).flatMap((path) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/process\.env\['(DPONE_[A-Z_]+)'/g)].map(
        (match) => match[1]!,
      ),
    );
    const known = new Set([...Object.keys(ERRORS), ...environmentVariables(), ...ofTests]);
    const unknown = pages().flatMap((page) =>
      [...page.text.matchAll(code)]
        .map((match) => match[0])
        .filter((name) => !known.has(name))
        .map((name) => `${page.path}: ${name}`),
    );
    expect(unknown).to.deep.equal([]);
  });
});
