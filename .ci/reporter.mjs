import Mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** A test or a suite around it says why it is skipped by `skipReason`, set before `this.skip()`. */
const reasonOf = (one) => (one === undefined ? 'no reason given' : (one.skipReason ?? reasonOf(one.parent)));

/** Mocha's spec output, then the reasons of skipped tests and one last line of counts that scripts can read. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test));
    runner.once(EVENT_RUN_END, () => {
      for (const test of skipped) Mocha.reporters.Base.consoleLog(`skipped: ${test.fullTitle()}: ${reasonOf(test)}`);
      const { passes, failures } = this.stats;
      const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
      Mocha.reporters.Base.consoleLog(`${passes} passed, ${failures} failed${tail}`);
    });
  }
}
