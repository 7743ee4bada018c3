import { expect } from 'chai';
import { WRITES } from './golden.js';
import { pageIs, pageShouldBe } from './page.js';
import { SYSTEMS } from './systems/index.js';

/** The formatter aligns tables. */
const unpadded = (text: string): string => text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-').trimEnd();

describe('the page of the square', () => {
  it('says what the golden files say', function () {
    // The square writes it, after its golden files.
    if (WRITES) {
      Object.assign(this.runnable(), { skipReason: 'DPONE_WRITE_PAGES: it is being written' });
      this.skip();
    }
    const should = pageShouldBe(SYSTEMS.map(({ id }) => id));
    expect(unpadded(pageIs()), 'DPONE_WRITE_PAGES=1 npm test writes it anew').to.equal(unpadded(should));
  });
});
