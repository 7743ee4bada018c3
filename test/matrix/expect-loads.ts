import type { ProcessResult } from '@dpone/engine';
import type { Column } from '@dpone/sdk';
import { expect } from 'chai';
import type { Round } from './run-pair.js';
import type { Expected } from './strategies.js';
import { sameRows } from './values.js';

/** Each load passed, read what it had to read, and left what the model says. */
export function expectLoads(rounds: readonly Round[], should: readonly Expected[], columns: readonly Column[]): void {
  for (const [i, { result, rows }] of rounds.entries()) {
    const what = `load ${i + 1}`;
    const { read, target } = should[i]!;
    const { result: counts } = passed(result, what);
    expect(counts.extracted_rows, `${what}: rows read`).to.equal(read.length);
    sameRows(rows, target, columns, what);
    if (read.length > 0 && counts.final_rows !== null)
      expect(counts.final_rows, `${what}: rows of the target`).to.equal(target.length);
  }
}

/** What a load says of itself. @throws where it failed. */
export function passed(result: Round['result'], what: string): ProcessResult {
  if (result instanceof Error) throw new Error(`${what}: ${result.message}`, { cause: result });
  if (!result.passed) throw new Error(`${what}: ${JSON.stringify(result.result.errors)}`);
  return result;
}
