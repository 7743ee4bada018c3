import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

interface Stats {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

interface Test {
  fullTitle(): string;
}

interface Runner {
  readonly stats?: Stats;
  on(event: 'pass' | 'fail' | 'pending', listener: (test: Test) => void): void;
  once(event: 'end', listener: () => void): void;
}

/**
 * A reporter for mocha that writes what the tests came to as evidence, which `dpone certify --artifact NAME=FILE` and the
 * other gates read: `mocha --reporter node_modules/@dpone/testkit/dist/evidence-reporter.js --reporter-option output=certification.json`.
 * Without a passed test it is red. Prints what failed, and a line.
 */
export default class EvidenceReporter {
  constructor(runner: Runner, options: { readonly reporterOptions?: { readonly output?: string } } = {}) {
    const output = resolve(options.reporterOptions?.output ?? 'certification.json');
    const names: Record<'passed' | 'failed' | 'skipped', string[]> = { passed: [], failed: [], skipped: [] };
    runner.on('pass', (test) => names.passed.push(test.fullTitle()));
    runner.on('fail', (test) => names.failed.push(test.fullTitle()));
    runner.on('pending', (test) => names.skipped.push(test.fullTitle()));
    runner.once('end', () => {
      const { passed, failed, skipped } = names;
      const blockers = [
        ...failed.map((name) => `test.not_passed:${name}`),
        ...(passed.length === 0 ? ['tests.empty'] : []),
      ];
      const summary = `${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`;
      const evidence = {
        schema_version: 'dpone.test_evidence.v1',
        passed: blockers.length === 0,
        blockers,
        summary,
        tests: names,
      };
      writeFileSync(output, `${JSON.stringify(evidence, null, 2)}\n`);
      process.stdout.write(`${[...failed.map((name) => `failed: ${name}`), `${summary}: ${output}`].join('\n')}\n`);
    });
  }
}
