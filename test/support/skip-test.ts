/** Skips a test from inside of it; the report says why. */
export function skipTest(test: Mocha.Context, skipReason: string): never {
  Object.assign(test.runnable(), { skipReason });
  return test.skip();
}
