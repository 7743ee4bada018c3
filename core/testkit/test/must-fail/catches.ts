import { conformance, type Behaviour, type Scenario } from '@dpone/testkit';
import { expect } from 'chai';

/** A system broken in one way, and the words of the failure that the behaviour must end in. */
export interface Broken<S extends Scenario> {
  readonly behaviour: string;
  readonly how: string;
  readonly scenario: S;
  readonly says: RegExp;
}

/** One test a broken system, and one that no behaviour is without such a system. */
export function catches<S extends Scenario>(behaviours: readonly Behaviour<S>[], broken: readonly Broken<S>[]): void {
  for (const { behaviour, how, scenario, says } of broken)
    it(`${behaviour} catches a system that ${how}`, async () => {
      const found = conformance(scenario).find((c) => c.behaviour === behaviour);
      expect(found, 'the behaviour applies to the broken system').to.not.equal(undefined);
      const error = await found!.run().then(
        () => null,
        (e: Error) => e,
      );
      expect(error?.message ?? 'the behaviour passed').to.match(says);
    });

  it('every behaviour has a system that it catches', () => {
    expect(behaviours.map((b) => b.id).filter((id) => !broken.some((b) => b.behaviour === id))).to.eql([]);
  });
}
