/** Skips a suite, from its `before`, where what it needs is not there; the report says why. */
export function skipWithout(suite: Mocha.Context, missing: string | undefined): void {
  if (missing === undefined) return;
  Object.assign(suite.runnable().parent!, { skipReason: missing });
  suite.skip();
}
