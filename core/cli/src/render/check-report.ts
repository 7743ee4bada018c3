import { wrap } from './wrap.js';

export interface InstallationReport {
  readonly passed: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: 'pass' | 'warn' | 'fail';
    readonly message: string;
  }[];
  readonly fixes: readonly string[];
}

const MARKS = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

export const checkText = (report: InstallationReport): string =>
  [
    ...report.checks.map(
      ({ name, status, message }) => `${MARKS[status]}  ${wrap(`${name}: ${message}`, 80, ' '.repeat(6)).trimStart()}`,
    ),
    ...report.fixes.map((fix) => wrap(`→ ${fix}`, 80, '')),
    report.passed ? 'All is well.' : 'Not ready.',
  ].join('\n');
