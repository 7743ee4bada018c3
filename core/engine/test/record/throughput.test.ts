import { expect } from 'chai';
import fc from 'fast-check';
import { Throughput } from '../../dist/record/throughput.js';

describe('throughput of a load, in samples', () => {
  it('stays small, rising and whole at its ends, however long and however often it is told', () => {
    const steps = fc.array(
      fc.record({ seconds: fc.double({ min: 0, max: 100, noNaN: true }), rows: fc.nat({ max: 1000 }) }),
      { minLength: 1, maxLength: 2000 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const throughput = new Throughput();
        let [seconds, rows] = [0, 0];
        for (const step of all) {
          seconds += step.seconds;
          rows += step.rows;
          throughput.add({ seconds, rows, bytes: rows * 10 });
        }
        const samples = throughput.samples();
        expect(samples.length).to.be.within(1, 121);
        expect(samples.at(-1)).to.deep.equal({ seconds, rows, bytes: rows * 10 });
        for (const [i, sample] of samples.slice(1).entries()) {
          expect(sample.seconds).to.be.at.least(samples[i]!.seconds);
          expect(sample.rows).to.be.at.least(samples[i]!.rows);
        }
      }),
    );
  });
});
