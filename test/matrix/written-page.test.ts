import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { WRITES } from './golden.js';
import { squareTables } from './page.js';
import { SYSTEMS } from './systems/index.js';

const PAGE = fileURLToPath(new URL('../../../docs/specs/square.md', import.meta.url));
const MARK = '<!-- tables -->';

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-').trimEnd();

describe('the page of the square', () => {
  it('says what the golden files say', () => {
    const intro = readFileSync(PAGE, 'utf8').split(MARK)[0]!.trimEnd();
    const text = [intro, '', MARK, '', ...squareTables(SYSTEMS.map(({ id }) => id))].join('\n');
    if (WRITES) writeFileSync(PAGE, `${text.trimEnd()}\n`);
    expect(unpadded(readFileSync(PAGE, 'utf8')), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(
      unpadded(text),
    );
  });
});
