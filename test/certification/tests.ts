import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, ROOT } from './shell.js';

/** What the tests of a few files came to. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TestRun {
  /** By the path of the file, as it was asked for. */
  readonly counts: ReadonlyMap<string, TestCounts>;
  /** The report of all of them in JUnit's form. */
  readonly junit: string;
}

const CASE = /<testcase ([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;

/** Runs compiled tests, named from the root of the repository, in one process: they share the servers that they start. */
export async function runTests(files: readonly string[]): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'dpone-tests-'));
  const output = join(folder, 'junit.xml');
  try {
    const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const specs = files.flatMap((file) => ['--spec', file]);
    const { code } = await execute(
      [process.execPath, mocha, ...specs, '--reporter', 'xunit', '--reporter-option', `output=${output}`],
      { quiet: true },
    );
    const junit = readFileSync(output, 'utf8');
    const counts = new Map(files.map((file) => [file, countsOf(junit, file)]));
    const failed = [...counts.values()].reduce((sum, one) => sum + one.failed, 0);
    // Mocha can fail without a failed test: while it loads a file, or after the last one.
    if (code !== 0 && failed === 0) throw new Error(`mocha ended with code ${code} although no test failed`);
    return { counts, junit };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countsOf(junit: string, file: string): TestCounts {
  // The report names a test by its source; what ran is what was compiled from it.
  const names = [file, file.replace('/.test-dist/', '/test/'), file.replace('.test-dist/', '')].map((name) =>
    name.replace(/\.[jt]s$/, ''),
  );
  const own = [...junit.matchAll(CASE)].filter(([, attributes]) => {
    const path = /file="([^"]*)"/.exec(attributes!)?.[1] ?? '';
    return names.some((name) => path.replace(/\.[jt]s$/, '').endsWith(name));
  });
  const bodies = own.map(([, , , body = '']) => body);
  const failed = bodies.filter((body) => body.includes('<failure')).length;
  const skipped = bodies.filter((body) => body.includes('<skipped')).length;
  return { passed: own.length - failed - skipped, failed, skipped };
}
