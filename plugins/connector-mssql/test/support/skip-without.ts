let said = false;

/** Skips a suite where what it needs is not there, and says why once. */
export function skipWithout(suite: Mocha.Context, missing: string | undefined): void {
  if (missing === undefined) return;
  if (!said) process.stderr.write(`mssql: tests on a server are skipped: ${missing}\n`);
  said = true;
  suite.skip();
}
