import { clickhouseMissing } from '@dpone/test-services';

let why: Promise<string | undefined> | undefined;

/** For `before`: skips the tests, and says why, where no ClickHouse can be had. */
export async function requireClickHouse(this: Mocha.Context): Promise<void> {
  this.timeout(600_000);
  const first = why === undefined;
  why ??= clickhouseMissing();
  const missing = await why;
  if (missing === undefined) return;
  if (first) process.stderr.write(`no ClickHouse here, its tests are skipped: ${missing}\n`);
  this.skip();
}
