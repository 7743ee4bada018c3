import Mocha from 'mocha';

/** A test or a suite around it says why it is skipped by `skipReason`, set before `this.skip()`. */
export const skipReasonOf = (one) =>
  one === undefined ? 'no reason given' : (one.skipReason ?? skipReasonOf(one.parent));

// Tests run in several processes and reach the reporter as copies, which would have no reason.
const { serialize } = Mocha.Test.prototype;
Mocha.Test.prototype.serialize = function () {
  return { ...serialize.call(this), ...(this.isPending() && { skipReason: skipReasonOf(this) }) };
};
