import Mocha from 'mocha';
import { skipReasonOf } from './skip-reason.mjs';

const { EVENT_RUN_END, EVENT_TEST_PENDING } = Mocha.Runner.constants;

/** Mocha's spec output, then the reasons of skipped tests and one last line of counts that scripts can read. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on(EVENT_TEST_PENDING, (test) => skipped.push(test));
    runner.once(EVENT_RUN_END, () => {
      for (const test of skipped)
        Mocha.reporters.Base.consoleLog(`skipped: ${test.fullTitle()}: ${skipReasonOf(test)}`);
      const { passes, failures } = this.stats;
      const tail = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
      Mocha.reporters.Base.consoleLog(`${passes} passed, ${failures} failed${tail}`);
    });
  }
}
