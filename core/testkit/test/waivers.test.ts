import { withWaivers, type Behaviour } from '@dpone/testkit';
import { expect } from 'chai';

const shown: Behaviour<null> = { id: 'x.shown', title: 'is shown', run: async () => {} };
const broken: Behaviour<null> = { id: 'x.broken', title: 'is broken', run: () => Promise.reject(new Error('broken')) };
const absent: Behaviour<null> = { id: 'x.absent', title: 'is absent', applies: () => false, run: async () => {} };
const reason = 'Not possible with this system, see its README.';

const outcome = async (behaviour: string, why: string): Promise<string> => {
  const found = withWaivers(null, [shown, broken, absent], [{ behaviour, reason: why }]).find(
    (c) => c.behaviour === behaviour,
  );
  return found!.run().then(
    () => 'passes',
    (e: Error) => e.message,
  );
};

describe('waivers', () => {
  it('let a behaviour fail, with a reason', async () => {
    expect(await outcome('x.broken', reason)).to.equal('passes');
  });
  it('need a reason', async () => {
    expect(await outcome('x.broken', 'later')).to.match(/needs a reason/);
  });
  it('fail when stale', async () => {
    expect(await outcome('x.shown', reason)).to.match(/stale/);
  });
  it('fail when they name nothing that applies', async () => {
    expect(await outcome('x.absent', reason)).to.match(/remove the waiver/);
    expect(await outcome('x.typo', reason)).to.match(/remove the waiver/);
  });
  it('leave the others as they are', async () => {
    const cases = withWaivers(null, [shown, broken], []);
    expect(cases.map((c) => c.name)).to.eql(['is shown', 'is broken']);
    expect(await cases[1]!.run().catch((e: Error) => e.message)).to.equal('broken');
  });
});
